# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to msexchange.tls: how its host_read and host_write take arguments and answer. May change at any time.

Set-StrictMode -Version 2.0

function ConvertTo-Entry {
    <#
    .SYNOPSIS
    The members of an object, whichever form this version of ansible-core gives it; $null for what is no object.
    #>
    param ($Value)

    $entries = [System.Collections.Generic.Dictionary[string,object]]::new([StringComparer]::Ordinal)
    if ($Value -is [System.Collections.IDictionary]) {
        # Not .Keys: that is the argument of this name.
        foreach ($entry in $Value.GetEnumerator()) {
            $entries[[string]$entry.Key] = $entry.Value
        }
    }
    elseif ($Value -is [System.Management.Automation.PSCustomObject]) {
        foreach ($property in $Value.PSObject.Properties) {
            $entries[$property.Name] = $property.Value
        }
    }
    else {
        return $null
    }
    $entries
}

function Resolve-Argument {
    <#
    .SYNOPSIS
    Checks arguments against a table of options and returns them as a hashtable with a member for every option; throws one sentence.
    .PARAMETER Option
    Dictionary: name -> type (int, str, bool, dict, list, raw), required, default, elements (of a list), options (of a dict).
    .PARAMETER At
    Where Value stands, for the sentence; empty for the whole.
    #>
    [OutputType([hashtable])]
    param ([System.Collections.IDictionary] $Option, $Value, [string] $At = '')

    $given = ConvertTo-Entry -Value $Value
    if ($null -eq $given) {
        throw "The argument $At must be a dictionary."
    }
    $prefix = if ($At) { "$At." } else { '' }
    [string[]] $known = @($Option.GetEnumerator() | ForEach-Object -Process { $_.Key } | Sort-Object)
    foreach ($entry in $given.GetEnumerator()) {
        # ansible-core adds _ansible_check_mode and others at the top.
        $isOfCore = -not $At -and $entry.Key.StartsWith('_ansible_', [StringComparison]::Ordinal)
        if (-not $isOfCore -and [array]::IndexOf($known, $entry.Key) -lt 0) {
            throw "The argument $prefix$($entry.Key) is unknown; known are $($known -join ', ')."
        }
    }
    $result = @{}
    foreach ($name in $known) {
        $rule = $Option[$name]
        $item = $null
        if ($given.ContainsKey($name)) { $item = $given[$name] }
        if ($null -ne $item) {
            $result[$name] = Resolve-ArgumentValue -Rule $rule -Type $rule.type -Value $item -At "$prefix$name"
        }
        elseif ($rule.ContainsKey('required')) {
            throw "The argument $prefix$name is missing."
        }
        else {
            # Not the value of an if: that would make $null of an empty list.
            $result[$name] = $rule['default']
        }
    }
    $result
}

function Resolve-ArgumentValue {
    param ([System.Collections.IDictionary] $Rule, [string] $Type, $Value, [string] $At)

    if ($Type -eq 'int' -and ($Value -is [int] -or $Value -is [long])) { return [long]$Value }
    if ($Type -eq 'str' -and $Value -is [string]) { return [string]$Value }
    if ($Type -eq 'bool' -and $Value -is [bool]) { return [bool]$Value }
    if ($Type -eq 'raw') {
        if ($Value -is [System.Collections.IList]) { return , @($Value) }
        return $Value
    }
    if ($Type -eq 'list' -and $Value -is [System.Collections.IList]) {
        $items = [System.Collections.ArrayList]::new()
        foreach ($item in $Value) {
            $null = $items.Add((Resolve-ArgumentValue -Rule $Rule -Type $Rule.elements -Value $item -At "$At[$($items.Count)]"))
        }
        return , $items.ToArray()
    }
    if ($Type -eq 'dict') {
        if ($Rule.ContainsKey('options')) { return Resolve-Argument -Option $Rule.options -Value $Value -At $At }
        $entries = ConvertTo-Entry -Value $Value
        if ($null -ne $entries) { return $entries }
    }
    $expected = @{ int = 'a whole number'; str = 'a string'; bool = 'true or false'; list = 'a list'; dict = 'a dictionary' }[$Type]
    throw "The argument $At must be $expected."
}

function ConvertTo-ContractJson {
    <#
    .SYNOPSIS
    JSON in ASCII on one line. ConvertTo-Json of 5.1 and 7 differ in escapes, cut at a depth, and neither keeps to ASCII.
    .PARAMETER Value
    $null, strings, booleans, whole numbers, dictionaries (members in their order) and lists of these.
    #>
    [OutputType([string])]
    param ($Value)

    $text = [System.Text.StringBuilder]::new()
    Add-Json -Text $text -Value $Value
    $text.ToString()
}

# Any UTF-16 unit, so a lone half of a surrogate pair in the name of a key reaches the controller as it is.
$script:EscapeUnit = [System.Text.RegularExpressions.MatchEvaluator] { param ($match) '\u{0:x4}' -f [int][char]$match.Value }

function Add-Json {
    param ([System.Text.StringBuilder] $Text, $Value)

    if ($null -eq $Value) {
        $null = $Text.Append('null')
    }
    elseif ($Value -is [string]) {
        $escaped = $Value.Replace('\', '\\').Replace('"', '\"')
        $null = $Text.Append('"').Append([regex]::Replace($escaped, '[^\x20-\x7e]', $script:EscapeUnit)).Append('"')
    }
    elseif ($Value -is [bool]) {
        $null = $Text.Append($(if ($Value) { 'true' } else { 'false' }))
    }
    elseif ($Value -is [System.Collections.IDictionary]) {
        $separator = '{'
        foreach ($entry in $Value.GetEnumerator()) {
            $null = $Text.Append($separator)
            Add-Json -Text $Text -Value ([string]$entry.Key)
            $null = $Text.Append(':')
            Add-Json -Text $Text -Value $entry.Value
            $separator = ','
        }
        $null = $Text.Append($(if ($separator -eq '{') { '{}' } else { '}' }))
    }
    elseif ($Value -is [System.Collections.IList]) {
        $separator = '['
        foreach ($item in $Value) {
            $null = $Text.Append($separator)
            Add-Json -Text $Text -Value $item
            $separator = ','
        }
        $null = $Text.Append($(if ($separator -eq '[') { '[]' } else { ']' }))
    }
    elseif ($Value -is [int] -or $Value -is [long] -or $Value -is [uint32]) {
        $null = $Text.Append($Value.ToString([System.Globalization.CultureInfo]::InvariantCulture))
    }
    else {
        throw "A value of type $($Value.GetType().FullName) has no place in an answer."
    }
}

Export-ModuleMember -Function Resolve-Argument, ConvertTo-ContractJson
