# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# How host_read and host_write take arguments and answer.

Set-StrictMode -Version 2.0

$script:Expected = @{ int = 'a whole number'; str = 'a string'; bool = 'true or false'; list = 'a list'; dict = 'a dictionary' }

function ConvertTo-Entry {
    # The members of an object, whichever form this version of ansible-core gives it; $null for what is no object.
    param ($Value)

    $entries = [Collections.Specialized.OrderedDictionary]::new([StringComparer]::Ordinal)
    if ($Value -is [Collections.IDictionary]) {
        # Not .Keys: that is the argument of this name.
        foreach ($entry in $Value.GetEnumerator()) { $entries[[string]$entry.Key] = $entry.Value }
    }
    elseif ($Value -is [Management.Automation.PSCustomObject]) {
        foreach ($property in $Value.PSObject.Properties) { $entries[$property.Name] = $property.Value }
    }
    else { return $null }
    $entries
}

function Resolve-Argument {
    # A hashtable with a member for every option of a table; throws one sentence, in which At is the place of Value.
    param ([Collections.IDictionary] $Option, $Value, [string] $At = '')

    $given = ConvertTo-Entry -Value $Value
    if ($null -eq $given) { throw "The argument $At must be a dictionary." }
    $prefix = if ($At) { "$At." } else { '' }
    [string[]] $known = $Option.get_Keys()
    [array]::Sort([array]$known)
    foreach ($name in $given.get_Keys()) {
        # ansible-core adds _ansible_check_mode and others at the top.
        if ([array]::IndexOf($known, $name) -ge 0 -or (-not $At -and $name.StartsWith('_ansible_', [StringComparison]::Ordinal))) { continue }
        throw "The argument $prefix$name is unknown; known are $($known -join ', ')."
    }
    $result = @{}
    foreach ($name in $known) {
        $rule = $Option[$name]
        $item = $given[$name]
        if ($null -ne $item) { $result[$name] = Resolve-ArgumentValue -Rule $rule -Type $rule.type -Value $item -At "$prefix$name" }
        elseif ($rule.ContainsKey('required')) { throw "The argument $prefix$name is missing." }
        else { $result[$name] = $rule['default'] }
    }
    $result
}

function Resolve-ArgumentValue {
    param ([Collections.IDictionary] $Rule, [string] $Type, $Value, [string] $At)

    if (($Type -eq 'str' -and $Value -is [string]) -or ($Type -eq 'bool' -and $Value -is [bool])) { return $Value }
    if ($Type -eq 'int' -and ($Value -is [int] -or $Value -is [long])) { return [long]$Value }
    if ($Type -eq 'dict') {
        if ($Rule.ContainsKey('options')) { return Resolve-Argument -Option $Rule.options -Value $Value -At $At }
        $entries = ConvertTo-Entry -Value $Value
        if ($null -ne $entries) { return $entries }
    }
    $isList = $Value -is [Collections.IList]
    if ($Type -eq 'list' -and $isList) {
        $items = [Collections.ArrayList]::new()
        foreach ($item in $Value) {
            $null = $items.Add((Resolve-ArgumentValue -Rule $Rule -Type $Rule.elements -Value $item -At "$At[$($items.Count)]"))
        }
        return , $items.ToArray()
    }
    if ($Type -ne 'raw') { throw "The argument $At must be $($script:Expected[$Type])." }
    if ($isList) { return , @($Value) }
    $Value
}

function ConvertTo-ContractJson {
    # JSON in ASCII on one line. ConvertTo-Json of 5.1 and 7 differ in escapes, cut at a depth, and neither keeps to ASCII.
    param ($Value)

    if ($null -eq $Value) { return 'null' }
    if ($Value -is [string]) {
        $text = $Value.Replace('\', '\\').Replace('"', '\"')
        if ($text -cmatch '[^\x20-\x7e]') {
            # Any UTF-16 unit, so a lone half of a surrogate pair in the name of a key reaches the controller as it is.
            $escape = [Text.RegularExpressions.MatchEvaluator] { param ($match) '\u{0:x4}' -f [int][char]$match.Value }
            $text = [regex]::Replace($text, '[^\x20-\x7e]', $escape)
        }
        return '"' + $text + '"'
    }
    if ($Value -is [bool]) { return $(if ($Value) { 'true' } else { 'false' }) }
    if ($Value -is [int] -or $Value -is [long] -or $Value -is [uint32]) { return [string]$Value }
    if ($Value -is [Collections.IDictionary]) {
        $members = foreach ($entry in $Value.GetEnumerator()) {
            (ConvertTo-ContractJson -Value ([string]$entry.Key)) + ':' + (ConvertTo-ContractJson -Value $entry.Value)
        }
        return '{' + ($members -join ',') + '}'
    }
    if ($Value -is [Collections.IList]) {
        $items = foreach ($item in $Value) { ConvertTo-ContractJson -Value $item }
        return '[' + ($items -join ',') + ']'
    }
    throw "A value of type $($Value.GetType().FullName) has no place in an answer."
}

Export-ModuleMember -Function Resolve-Argument, ConvertTo-ContractJson
