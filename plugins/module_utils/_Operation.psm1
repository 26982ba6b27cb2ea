# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to msexchange.tls: the operations of a change, from the request to the comparison with what is there. Writes nothing.

#AnsibleRequires -PowerShell ..module_utils._Windows
#AnsibleRequires -PowerShell ..module_utils._RegistryWrite

Set-StrictMode -Version 2.0

$script:RegistryLink = 6
# UTF-16, little-endian, without byte order mark; throws where others replace.
$script:Strict = [Text.UnicodeEncoding]::new($false, $false, $true)

function ConvertFrom-RegistryData {
    # The bytes that kind and data of the contract stand for; throws half a sentence about what data must be.
    param ([long] $Kind, $Data, [bool] $Raw)

    if ($Raw) {
        if ($Data -isnot [string]) { throw 'must be base64' }
        try { [byte[]] $bytes = [Convert]::FromBase64String($Data) }
        catch { throw 'must be base64' }
        return , $bytes
    }
    if ($Kind -eq 4) {
        if (-not ($Data -is [int] -or $Data -is [long]) -or $Data -lt 0 -or $Data -gt 4294967295) { throw 'must be a number from 0 to 4294967295' }
        return , [BitConverter]::GetBytes([uint32]$Data)
    }
    if ($Kind -eq 11) {
        [uint64] $number = 0
        if ($Data -isnot [string] -or $Data -notmatch '\A(0|[1-9][0-9]{0,19})\z' -or -not [uint64]::TryParse($Data, [ref]$number)) {
            throw 'must be a number from 0 to 18446744073709551615 in a string'
        }
        return , [BitConverter]::GetBytes($number)
    }
    if ($Kind -eq 1 -or $Kind -eq 2) {
        if ($Data -isnot [string] -or $Data.IndexOf([char]0) -ge 0) { throw 'must be a string without NUL' }
        $text = $Data + [char]0
    }
    elseif ($Kind -eq 7) {
        if ($Data -isnot [Collections.IList]) { throw 'must be a list of strings' }
        foreach ($item in $Data) {
            if ($item -isnot [string] -or -not $item -or $item.IndexOf([char]0) -ge 0) { throw 'must be a list of strings, none of them empty or with NUL' }
        }
        $text = (@($Data | ForEach-Object -Process { $_ + [char]0 }) -join '') + [char]0
    }
    else {
        throw 'of this kind must be base64, with raw: true'
    }
    try { , $script:Strict.GetBytes($text) }
    catch { throw 'must be of whole characters, without half a surrogate pair' }
}

function ConvertTo-State {
    # What a value is, was or is to be: Exists, Kind, Bytes.
    param ([hashtable] $Given, [string] $At)

    if ($null -eq $Given.kind -or $null -eq $Given.data) { throw "The argument $At needs kind and data." }
    if ($Given.kind -lt 0 -or $Given.kind -gt 4294967295) { throw "The argument $At.kind must be the number of a registry type." }
    try { $bytes = ConvertFrom-RegistryData -Kind $Given.kind -Data $Given.data -Raw $Given.raw }
    catch { throw "The argument $At.data $($_.Exception.Message)." }
    @{ Exists = $true; Kind = $Given.kind; Bytes = $bytes }
}

function ConvertTo-Operation {
    # One operation of the request, checked, as work to do; throws one sentence.
    # Op, Path, Name, IsKey; Expect, After and Before (states); IsNeeded: the target is not there yet; Found: what is there instead of what
    # was expected; Missing and Created: full paths of the keys to be made, and those made, for it; Answer: index, status and, on a failure, code and text.
    param ([hashtable] $Given, [int] $Index)

    $at = "operations[$Index]"
    $isKey = $Given.op -ceq 'delete_key'
    if (@('set', 'delete_value', 'delete_key') -cnotcontains $Given.op) { throw "The argument $at.op must be set, delete_value or delete_key." }
    if (-not (Test-RegistryPath -Path $Given.path) -or -not $Given.path.Contains('\')) {
        throw "The argument $at.path is no path of a registry key: $($Given.path)"
    }
    if ($isKey -eq ($null -ne $Given.name)) { throw "The argument $at.name belongs to set and delete_value, which need it, and to no other." }
    if ($Given.name -and ($Given.name.Length -gt 16383 -or $Given.name.IndexOf([char]0) -ge 0)) {
        throw "The argument $at.name is no name of a registry value."
    }
    $absent = @{ Exists = $false; Kind = 0; Bytes = $null }
    $after = $absent
    if ($Given.op -ceq 'set') {
        $after = ConvertTo-State -Given $Given -At $at
        if ($after.Kind -eq $script:RegistryLink) { throw "The argument $at.kind must not be 6: a link would lead later writes elsewhere." }
    }
    elseif ($null -ne $Given.kind -or $null -ne $Given.data -or $Given.raw) { throw "The arguments $at.kind, data and raw belong to set only." }
    $expect = $absent
    if ($isKey) {
        if (-not $Given.expect.exists) { throw "The argument $at.expect.exists must be true: there is nothing else to delete." }
    }
    elseif ($Given.expect.exists) { $expect = ConvertTo-State -Given $Given.expect -At "$at.expect" }
    if (($isKey -or -not $Given.expect.exists) -and ($null -ne $Given.expect.kind -or $null -ne $Given.expect.data -or $Given.expect.raw)) {
        throw "The arguments $at.expect.kind, data and raw belong to a value that exists."
    }
    @{
        Op = $Given.op; Path = $Given.path; Name = $Given.name; IsKey = $isKey; Expect = $expect; After = $after; Before = $absent
        IsNeeded = $true; Found = $null; Missing = @(); Created = [Collections.ArrayList]::new()
        Answer = [ordered]@{ index = $Index; status = 'not_written' }
    }
}

function Confirm-Distinct {
    # Throws one sentence if two operations of a change have the same target: what each of them expects could not both be true.
    param ([object[]] $Operation)

    $seen = [Collections.Generic.HashSet[string]]::new([StringComparer]::OrdinalIgnoreCase)
    foreach ($item in $Operation) {
        # NUL stands in neither path nor name.
        if (-not $seen.Add("$($item.Path)$([char]0)$($item.IsKey)$([char]0)$($item.Name)")) {
            throw "The argument operations[$($item.Answer.index)] has the target of another one: $($item.Path) $($item.Name)"
        }
    }
}

function Test-SameState {
    # Whether two states are equal, byte for byte.
    param ([hashtable] $One, [hashtable] $Other)

    if (-not $One.Exists -or -not $Other.Exists) { return $One.Exists -eq $Other.Exists }
    $One.Kind -eq $Other.Kind -and [Convert]::ToBase64String($One.Bytes) -ceq [Convert]::ToBase64String($Other.Bytes)
}

function ConvertTo-Expectation {
    # A state in the words of expect; for the journal, where nothing may get lost, data is base64 always.
    param ([hashtable] $State, [switch] $IsKey, [switch] $Journal)

    $answer = [ordered]@{ exists = $State.Exists }
    if (-not $State.Exists -or $IsKey) { return $answer }
    if ($Journal) {
        $answer.kind = [long]$State.Kind
        $answer.data = [Convert]::ToBase64String($State.Bytes)
        return $answer
    }
    foreach ($entry in (ConvertTo-RegistryData -Kind $State.Kind -Bytes $State.Bytes).GetEnumerator()) { $answer[$entry.Key] = $entry.Value }
    $answer
}

function Test-EmptyKey {
    # Whether a key will be empty once the operations before this one are done.
    param ([hashtable] $Key, [string] $Path, [object[]] $Earlier)

    $values = [Collections.Generic.HashSet[string]]::new([StringComparer]::OrdinalIgnoreCase)
    $keys = [Collections.Generic.HashSet[string]]::new([StringComparer]::OrdinalIgnoreCase)
    foreach ($value in $Key.ValueList) { $null = $values.Add($value.Name) }
    foreach ($name in $Key.KeyList) { $null = $keys.Add("$Path\$name") }
    foreach ($operation in $Earlier) {
        $isHere = [string]::Equals($operation.Path, $Path, [StringComparison]::OrdinalIgnoreCase)
        if ($operation.Op -ceq 'delete_value' -and $isHere) { $null = $values.Remove($operation.Name) }
        elseif ($operation.Op -ceq 'delete_key') { $null = $keys.Remove($operation.Path) }
        elseif ($isHere) { $null = $values.Add($operation.Name) }
        elseif ($operation.Path.StartsWith("$Path\", [StringComparison]::OrdinalIgnoreCase)) {
            $null = $keys.Add("$Path\" + $operation.Path.Substring($Path.Length + 1).Split('\')[0])
        }
    }
    $values.Count -eq 0 -and $keys.Count -eq 0
}

function Compare-Operation {
    # Reads what is there and notes it in the operation: Before, IsNeeded and Found, or the failure.
    # The operations before this one, which decide whether a key will be empty.
    param ([hashtable] $Operation, [object[]] $Earlier)

    if ($Operation.IsKey) {
        $key = Read-RegistryKey -Path $Operation.Path
        $code = $key.Code
        if (Test-NotFound -Code $code) { $code = 0 }
        $Operation.Before = @{ Exists = $key.Code -eq 0; Kind = 0; Bytes = $null }
        $Operation.IsNeeded = $Operation.Before.Exists
        if (-not $Operation.IsNeeded) { $Operation.Found = [ordered]@{ exists = $false } }
        elseif (-not (Test-EmptyKey -Key $key -Path $Operation.Path -Earlier $Earlier)) { $Operation.Found = [ordered]@{ exists = $true; empty = $false } }
    }
    else {
        $Operation.Before = Read-RegistryValue -Path $Operation.Path -Name $Operation.Name
        $code = $Operation.Before.Code
        $Operation.IsNeeded = -not (Test-SameState -One $Operation.Before -Other $Operation.After)
        if (-not (Test-SameState -One $Operation.Before -Other $Operation.Expect)) { $Operation.Found = ConvertTo-Expectation -State $Operation.Before }
    }
    if ($code -ne 0) { Set-Failure -Operation $Operation -Code $code }
}

function Set-Failure {
    # Notes in an operation that it failed. Text is Windows' own for this code unless given.
    param ([hashtable] $Operation, [int] $Code, [string] $Text)

    $Operation.Answer.status = 'failed'
    $Operation.Answer.code = $Code
    $Operation.Answer.text = if ($Text) { $Text } else { Get-WindowsErrorText -Code $Code }
}

Export-ModuleMember -Function ConvertTo-Operation, Confirm-Distinct, Test-SameState, ConvertTo-Expectation, Compare-Operation, Set-Failure
