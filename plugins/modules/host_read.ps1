#!powershell

# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Reads what it is told to read: registry keys, files, journals of changes. It writes nothing and judges nothing.

#Requires -Version 5.1
#AnsibleRequires -PowerShell ..module_utils._Native
#AnsibleRequires -PowerShell ..module_utils._Contract
#AnsibleRequires -PowerShell ..module_utils._RegistryData
#AnsibleRequires -PowerShell ..module_utils._RegistryRead
#AnsibleRequires -PowerShell ..module_utils._ChangeFolder

if ($ExecutionContext.SessionState.LanguageMode -ne 'FullLanguage') {
    '{"contract":1,"changed":false,"failed":true,"msg":"PowerShell runs in constrained language mode on this host: sign or allow host_read."}'
    return
}

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 2.0

# The same names and types as in host_read.yml.
$option = @{
    contract = @{ type = 'int'; required = $true }
    keys = @{
        type = 'list'; elements = 'dict'; default = @()
        options = @{
            path = @{ type = 'str'; required = $true }
            depth = @{ type = 'int'; default = 0 }
            values = @{ type = 'list'; elements = 'str' }
            named_by = @{
                type = 'dict'
                options = @{
                    path = @{ type = 'str'; required = $true }
                    value = @{ type = 'str'; required = $true }
                }
            }
        }
    }
    user_keys = @{
        type = 'list'; elements = 'dict'; default = @()
        options = @{
            path = @{ type = 'str'; required = $true }
            depth = @{ type = 'int'; default = 0 }
        }
    }
    files = @{
        type = 'list'; elements = 'dict'; default = @()
        options = @{
            path = @{ type = 'str' }
            key = @{ type = 'str' }
            value = @{ type = 'str' }
            relative = @{ type = 'str' }
            content = @{ type = 'bool'; default = $false }
        }
    }
    journal = @{ type = 'bool'; default = $false }
}

$maxDepth = 64
$maxContent = 262144
$maxJournal = 1048576
$maxJournals = 500

$problem = [System.Collections.ArrayList]::new()

function Add-Problem {
    param ([string] $Path, [int] $Code, [string] $Text)

    if (-not $Text) { $Text = Get-WindowsErrorText -Code $Code }
    $null = $problem.Add([ordered]@{ path = $Path; code = $Code; text = $Text })
}

function Get-ErrorNumber {
    # The Windows error in an exception of .NET: HRESULT 0x8007nnnn.
    param ([System.Exception] $Exception)

    $number = $Exception.GetBaseException().HResult
    if (($number -band 0xffff0000) -eq 0x80070000) { return $number -band 0xffff }
    0
}

function Confirm-Request {
    param ([hashtable] $Argument)

    if ($Argument.contract -ne 1) { throw "This host_read knows contract 1, not $($Argument.contract): use one version of msexchange.tls on the controller." }
    foreach ($kind in 'keys', 'user_keys') {
        for ($index = 0; $index -lt $Argument[$kind].Count; $index++) {
            $request = $Argument[$kind][$index]
            $path = if ($kind -eq 'keys') { $request.path } else { 'HKEY_USERS\' + $request.path }
            if (-not (Test-RegistryPath -Path $path)) { throw "The argument $kind[$index].path is no path of a registry key: $($request.path)" }
            if ($request.depth -lt 0 -or $request.depth -gt $maxDepth) { throw "The argument $kind[$index].depth must be 0 to $maxDepth." }
            if ($kind -eq 'keys' -and $request.named_by -and -not (Test-RegistryPath -Path $request.named_by.path)) {
                throw "The argument $kind[$index].named_by.path is no path of a registry key: $($request.named_by.path)"
            }
        }
    }
    for ($index = 0; $index -lt $Argument.files.Count; $index++) {
        $request = $Argument.files[$index]
        $form = @('path', 'key', 'value', 'relative' | Where-Object -FilterScript { $null -ne $request[$_] }) -join ' '
        if ($form -ne 'path' -and $form -ne 'key value relative') { throw "The argument files[$index] needs either path, or key and value and relative." }
        if ($request.key -and -not (Test-RegistryPath -Path $request.key)) {
            throw "The argument files[$index].key is no path of a registry key: $($request.key)"
        }
    }
}

function Test-Chosen {
    # Whether a name is among those asked for, in any case; without a choice every name is.
    param ([string] $Name, [string[]] $Choice)

    if ($null -eq $Choice) { return $true }
    foreach ($chosen in $Choice) {
        if ([string]::Equals($Name, $chosen, [StringComparison]::OrdinalIgnoreCase)) { return $true }
    }
    $false
}

function Get-KeyAnswer {
    # ValueName and KeyName choose among the values and the subkeys of this one key; the keys below are whole.
    param ([string] $Path, [long] $Depth, [string[]] $ValueName, [string[]] $KeyName)

    $key = Read-RegistryKey -Path $Path
    $answer = [ordered]@{ path = $Path; exists = $true; written = $key.Written; values = @(); keys = @() }
    if (Test-NotFound -Code $key.Code) {
        $answer.exists = $false
        return $answer
    }
    if ($key.Code -ne 0) {
        $answer.exists = $null
        Add-Problem -Path $Path -Code $key.Code
        return $answer
    }
    $answer.values = @(foreach ($value in $key.ValueList) {
            if (-not (Test-Chosen -Name $value.Name -Choice $ValueName)) { continue }
            $data = ConvertTo-RegistryData -Kind $value.Kind -Bytes $value.Bytes
            $data.Insert(0, 'name', $value.Name)
            $data
        })
    if ($Depth -gt 0) {
        $answer.keys = @(foreach ($name in $key.KeyList) {
                if (Test-Chosen -Name $name -Choice $KeyName) { Get-KeyAnswer -Path "$Path\$name" -Depth ($Depth - 1) }
            })
    }
    $answer
}

function Read-OtherKey {
    # A key that is needed for an answer and is none itself.
    param ([string] $Path)

    $key = Read-RegistryKey -Path $Path
    if ($key.Code -ne 0 -and -not (Test-NotFound -Code $key.Code)) { Add-Problem -Path $Path -Code $key.Code }
    $key
}

function Get-LoadedUser {
    (Read-OtherKey -Path 'HKEY_USERS').KeyList | Where-Object -FilterScript { $_ -match '\AS-1-5-21-[0-9-]+\z' }
}

function Get-NamedKey {
    # The names that a value of the keys below another key stands for: its bytes in hexadecimal.
    param ([string] $Path, [string] $Value)

    foreach ($name in (Read-OtherKey -Path $Path).KeyList) {
        foreach ($found in (Read-OtherKey -Path "$Path\$name").ValueList) {
            if (Test-Chosen -Name $found.Name -Choice $Value) { [BitConverter]::ToString($found.Bytes).Replace('-', '') }
        }
    }
}

function Get-TextValue {
    # A REG_SZ or REG_EXPAND_SZ in its plain form, or $null.
    param ([string] $Path, [string] $Name)

    foreach ($value in (Read-OtherKey -Path $Path).ValueList) {
        if (-not [string]::Equals($value.Name, $Name, [StringComparison]::OrdinalIgnoreCase) -or @(1, 2) -notcontains $value.Kind) { continue }
        $data = ConvertTo-RegistryData -Kind $value.Kind -Bytes $value.Bytes
        if (-not $data.Contains('raw')) { return $data.data }
    }
    $null
}

function Read-File {
    # Others may have it open, for writing too. No more than limit bytes; the caller has looked at the size.
    param ([string] $Path, [int] $Limit)

    $stream = [System.IO.FileStream]::new(
        $Path, [System.IO.FileMode]::Open, [System.IO.FileAccess]::Read, [System.IO.FileShare]'ReadWrite, Delete'
    )
    try {
        $bytes = [byte[]]::new([Math]::Min($stream.Length, $Limit))
        $count = 0
        while ($count -lt $bytes.Length) {
            $read = $stream.Read($bytes, $count, $bytes.Length - $count)
            if ($read -eq 0) { throw "The file $Path became shorter while it was read." }
            $count += $read
        }
        , $bytes
    }
    finally {
        $stream.Dispose()
    }
}

function Get-FileAnswer {
    param ([hashtable] $Request)

    $answer = [ordered]@{ path = $null; exists = $false; version = $null; size = $null; content = $null }
    if ($null -ne $Request.path) {
        $path = $Request.path
    }
    else {
        $folder = Get-TextValue -Path $Request.key -Name $Request.value
        if (-not $folder) { return $answer }
        $path = $folder.TrimEnd('\') + '\' + $Request.relative
    }
    $path = [Environment]::ExpandEnvironmentVariables($path)
    $answer.path = $path
    try {
        # A path of the network would make this host log on elsewhere.
        if ($path -notmatch '\A[A-Za-z]:\\') { throw "The path $path does not begin with a drive." }
        $attributes = [System.IO.File]::GetAttributes($path)
        if ($attributes -band [System.IO.FileAttributes]::Directory) { return $answer }
        $answer.size = [System.IO.FileInfo]::new($path).Length
        $version = [System.Diagnostics.FileVersionInfo]::GetVersionInfo($path)
        $number = $version.FileMajorPart, $version.FileMinorPart, $version.FileBuildPart, $version.FilePrivatePart -join '.'
        if ($number -ne '0.0.0.0') { $answer.version = $number }
        $answer.exists = $true
        if ($Request.content) {
            if ($answer.size -gt $maxContent) { Add-Problem -Path $path -Code 223 }
            else { $answer.content = [Convert]::ToBase64String((Read-File -Path $path -Limit $maxContent)) }
        }
    }
    catch {
        $reason = $_.Exception.GetBaseException()
        if ($reason -is [System.IO.FileNotFoundException] -or $reason -is [System.IO.DirectoryNotFoundException]) { return $answer }
        if (-not $answer.exists) { $answer.exists = $null }
        Add-Problem -Path $path -Code (Get-ErrorNumber -Exception $reason) -Text $reason.Message
    }
    $answer
}

function ConvertTo-JournalHeader {
    param ([string] $Id, [string] $Text)

    $parse = @{}
    # 7 makes dates of strings that look like one; the switch that forbids it came with 7.5, and 5.1 needs none.
    if ($PSVersionTable.PSVersion -ge [version]'7.5') { $parse = @{ DateKind = 'String' } }
    $read = ConvertFrom-Json -InputObject $Text @parse
    $member = @{ type = 'str' }
    $needed = @{ type = 'str'; required = $true }
    $head = Resolve-Argument -Value $read -At 'journal' -Option @{
        contract = @{ type = 'int'; required = $true }
        id = $needed; state = $needed; started = $needed; closed = $member; boot = $member; computer = $member
        reboot_required = @{ type = 'bool'; required = $true }
        meta = @{ type = 'dict'; required = $true }
        operations = @{
            type = 'list'; elements = 'dict'; required = $true
            options = @{
                op = $needed; path = $needed; name = $member
                before = @{ type = 'dict' }; after = @{ type = 'dict' }; created_keys = @{ type = 'raw' }
            }
        }
    }
    if ($head.contract -ne 1) { throw "The journal has contract $($head.contract)." }
    if ($head.id -cne $Id) { throw "The journal says that its id is $($head.id)." }
    [ordered]@{
        id = $Id; state = $head.state; started = $head.started; closed = $head.closed; boot = $head.boot
        reboot_required = $head.reboot_required; meta = $head.meta
        values = @(foreach ($operation in $head.operations) { [ordered]@{ path = $operation.path; name = $operation.name } })
    }
}

function Get-JournalAnswer {
    $folder = Get-ChangeFolder
    $refusal = Get-FolderRefusal -Path $folder
    if ($refusal) { Add-Problem -Path $folder -Code 0 -Text $refusal }
    if ($refusal -or -not [System.IO.Directory]::Exists($folder)) { return }
    $files = @([System.IO.DirectoryInfo]::new($folder).GetFiles() |
            Where-Object -FilterScript { $_.Name -cmatch '\A[a-z0-9][a-z0-9-]{7,63}\.json\z' } | Sort-Object -Property LastWriteTimeUtc -Descending)
    if ($files.Count -gt $maxJournals) { Add-Problem -Path $folder -Code 234 -Text "Of $($files.Count) journals only the $maxJournals newest were read." }
    $newest = [string[]]@($files | Select-Object -First $maxJournals | ForEach-Object -Process { $_.Name })
    [array]::Sort([array]$newest, [System.Collections.IComparer][StringComparer]::Ordinal)
    foreach ($name in $newest) {
        $id = $name.Substring(0, $name.Length - 5)
        try {
            $bytes = Read-File -Path "$folder\$name" -Limit ($maxJournal + 1)
            if ($bytes.Length -gt $maxJournal) { throw 'The journal is larger than 1 MB.' }
            ConvertTo-JournalHeader -Id $id -Text ([System.Text.Encoding]::UTF8.GetString($bytes))
        }
        catch {
            [ordered]@{ id = $id; state = 'torn'; error = $_.Exception.GetBaseException().Message }
        }
    }
}

try {
    $argument = Resolve-Argument -Option $option -Value $complex_args
    Confirm-Request -Argument $argument
    $blocked = Get-NativeRefusal
    if ($blocked) { Add-Problem -Path '' -Code 0 -Text "This host forbids native calls, so times are unknown and nothing can be written: $blocked" }
    $domain = Get-TextValue -Path 'HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters' -Name 'Domain'
    $keys = @(foreach ($request in $argument.keys) {
            $choice = @{ ValueName = $request['values']; KeyName = $null }
            if ($request.named_by) { $choice.KeyName = @(Get-NamedKey -Path $request.named_by.path -Value $request.named_by.value) }
            Get-KeyAnswer -Path $request.path -Depth $request.depth @choice
        })
    $users = @(if ($argument.user_keys.Count) { Get-LoadedUser })
    $userKeys = @(foreach ($request in $argument.user_keys) {
            foreach ($user in $users) { Get-KeyAnswer -Path "HKEY_USERS\$user\$($request.path)" -Depth $request.depth }
        })
    $answer = [ordered]@{
        contract = 1
        changed = $false
        identity = [ordered]@{
            computer = [Environment]::MachineName
            domain = $(if ($domain) { $domain } else { $null })
            now = [DateTime]::UtcNow.ToFileTimeUtc().ToString()
            boot = Get-BootTime
            powershell = $PSVersionTable.PSVersion.ToString()
            elevated = Test-Elevation
        }
        files = @(foreach ($request in $argument.files) { Get-FileAnswer -Request $request })
        keys = $keys + $userKeys
        journal = @(if ($argument.journal) { Get-JournalAnswer })
        errors = $problem
    }
    $json = ConvertTo-ContractJson -Value $answer
}
catch {
    $json = ConvertTo-ContractJson -Value ([ordered]@{ contract = 1; changed = $false; failed = $true; msg = $_.Exception.GetBaseException().Message })
}
$json
