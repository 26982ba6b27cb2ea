# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Runs the steps of test after test: the host scripts as ansible-core would (modules imported anew, $complex_args set), and what a test
# needs to set the stage and to look behind it. It reads and writes the registry through functions of ntdll, which the scripts under
# test do not use. A batch of steps is the file "steps" in the folder, its answers are the file "results"; "quit" ends it.

param ([string] $Folder)

$ErrorActionPreference = 'Stop'

function Import-Utility {
    foreach ($file in [System.IO.Directory]::GetFiles("$Folder\module_utils", '*.psm1')) {
        $name = [System.IO.Path]::GetFileNameWithoutExtension($file)
        Remove-Module -Name $name -ErrorAction SilentlyContinue
        New-Module -Name $name -ScriptBlock ([scriptblock]::Create([System.IO.File]::ReadAllText($file))) | Import-Module -Scope Global
    }
}

$assembly = [System.Reflection.Emit.AssemblyBuilder]::DefineDynamicAssembly((New-Object -TypeName System.Reflection.AssemblyName -ArgumentList 'Stage'), 'Run')
$builder = $assembly.DefineDynamicModule('Stage').DefineType('Stage', 'Public, Class')
$functions = @{
    NtSetValueKey = [IntPtr], [byte[]], [uint32], [uint32], [byte[]], [uint32]
    NtQueryValueKey = [IntPtr], [byte[]], [int], [byte[]], [uint32], [uint32].MakeByRefType()
    NtQueryKey = [IntPtr], [int], [byte[]], [uint32], [uint32].MakeByRefType()
}
foreach ($entry in $functions.GetEnumerator()) {
    $method = $builder.DefinePInvokeMethod($entry.Key, 'ntdll.dll', 'Public, Static, PinvokeImpl', 'Standard', [int], [type[]]$entry.Value, 'Winapi', 'Unicode')
    $method.SetImplementationFlags('PreserveSig')
}
$nt = $builder.CreateType()

function Open-Stage {
    param ([string] $Path, [switch] $Create)

    $hive, $rest = $Path -split '\\', 2
    $base = [Microsoft.Win32.RegistryKey]::OpenBaseKey($(if ($hive -eq 'HKEY_USERS') { 'Users' } else { 'LocalMachine' }), 'Registry64')
    if ($Create) { return $base.CreateSubKey($rest) }
    $base.OpenSubKey($rest)
}

function Use-Name {
    # Calls Action with a UNICODE_STRING.
    param ([string] $Name, [scriptblock] $Action)

    $units = [byte[]]::new([Math]::Max(2, 2 * $Name.Length))
    [Buffer]::BlockCopy($Name.ToCharArray(), 0, $units, 0, 2 * $Name.Length)
    $pinned = [System.Runtime.InteropServices.GCHandle]::Alloc($units, 'Pinned')
    $text = [byte[]]::new(16)
    [BitConverter]::GetBytes([uint16](2 * $Name.Length)).CopyTo($text, 0)
    [BitConverter]::GetBytes([uint16](2 * $Name.Length)).CopyTo($text, 2)
    [BitConverter]::GetBytes($pinned.AddrOfPinnedObject().ToInt64()).CopyTo($text, 8)
    try { & $Action $text }
    finally { $pinned.Free() }
}

function ConvertFrom-Hex {
    param ([string] $Hex)

    , [Convert]::FromHexString($Hex)
}

function ConvertTo-Hex {
    param ([byte[]] $Bytes)

    [Convert]::ToHexString($Bytes).ToLowerInvariant()
}

function ConvertFrom-Unit {
    # JSON would lose half a pair of UTF-16: names come as hex.
    param ([string] $Hex)

    $units = [char[]]::new($Hex.Length / 4)
    [Buffer]::BlockCopy((ConvertFrom-Hex -Hex $Hex), 0, $units, 0, $Hex.Length / 2)
    [string]::new($units)
}

function Invoke-Poke {
    param ($Step)

    $key = Open-Stage -Path (ConvertFrom-Unit -Hex $Step.path) -Create
    if ($Step.Contains('name')) {
        $bytes = ConvertFrom-Hex -Hex $Step.hex
        $code = Use-Name -Name (ConvertFrom-Unit -Hex $Step.name) -Action { param ($text) $nt::NtSetValueKey($key.Handle.DangerousGetHandle(), $text, 0, [uint32]$Step.kind, $bytes, $bytes.Length) }
        if ($code -ne 0) { throw "NtSetValueKey: $code" }
    }
    $key.Close()
    $true
}

function Invoke-Peek {
    param ($Step)

    $key = Open-Stage -Path $Step.path
    if ($null -eq $key) { return $null }
    [uint32] $size = 0
    $buffer = [byte[]]::new(1024)
    do {
        if ($size -gt $buffer.Length) { $buffer = [byte[]]::new($size) }
        $code = Use-Name -Name $Step.name -Action { param ($text) $nt::NtQueryValueKey($key.Handle.DangerousGetHandle(), $text, 2, $buffer, $buffer.Length, [ref]$size) }
    } while ($code -ne 0 -and $size -gt $buffer.Length)
    $key.Close()
    if ($code -ne 0) { return $null }
    $length = [BitConverter]::ToInt32($buffer, 8)
    $bytes = [byte[]]::new($length)
    [Buffer]::BlockCopy($buffer, 12, $bytes, 0, $length)
    [ordered]@{ kind = [BitConverter]::ToUInt32($buffer, 4); hex = ConvertTo-Hex -Bytes $bytes }
}

function Get-Tree {
    # Everything below a key: path -> name -> kind and bytes; an absent key is $null.
    param ([string] $Path)

    $key = Open-Stage -Path $Path
    if ($null -eq $key) { return $null }
    # Windows knows names apart that [ordered]@{} takes for one (U+01C4 and U+01C5).
    $values = [System.Collections.Specialized.OrderedDictionary]::new([StringComparer]::Ordinal)
    foreach ($name in ($key.GetValueNames() | Sort-Object)) { $values[$name] = Invoke-Peek -Step @{ path = $Path; name = $name } }
    $keys = [System.Collections.Specialized.OrderedDictionary]::new([StringComparer]::Ordinal)
    foreach ($name in ($key.GetSubKeyNames() | Sort-Object)) { $keys[$name] = Get-Tree -Path "$Path\$name" }
    $key.Close()
    [ordered]@{ values = $values; keys = $keys }
}

function Get-WriteTime {
    param ([string] $Path)

    $key = Open-Stage -Path $Path
    [uint32] $size = 0
    $buffer = New-Object -TypeName byte[] -ArgumentList 2048
    $code = $nt::NtQueryKey($key.Handle.DangerousGetHandle(), 0, $buffer, $buffer.Length, [ref]$size)
    $key.Close()
    if ($code -ne 0) { throw "NtQueryKey: $code" }
    [BitConverter]::ToInt64($buffer, 0).ToString()
}

# Below the native calls of the scripts: a type with the same methods. Where a rule says so it runs a script, answers in the place of
# Windows, or both. A rule counts for calls with this text among their arguments, or with a path below.
class Fault {
    static [System.Collections.ArrayList] $Rules = [System.Collections.ArrayList]::new()
    static [bool] Matches([object] $rule, [object[]] $arguments) {
        if (-not $rule.text -and -not $rule.below) { return $true }
        foreach ($text in $arguments) {
            if ($text -isnot [string]) { continue }
            if ($rule.text -and [string]::Equals($text, $rule.text, 'OrdinalIgnoreCase')) { return $true }
            if ($rule.below -and $text.StartsWith($rule.below + '\', 'OrdinalIgnoreCase')) { return $true }
        }
        return $false
    }
    static [object] Answer([string] $function, [object[]] $arguments) {
        foreach ($rule in [Fault]::Rules) {
            if ($rule.function -cne $function -or -not [Fault]::Matches($rule, $arguments)) { continue }
            if ($rule.access -and @($arguments | Where-Object { $_ -is [uint32] }) -notcontains $rule.access) { continue }
            $rule.count++
            if ($rule.nth -and $rule.count -ne $rule.nth) { continue }
            if ($rule.script) { $null = & ([scriptblock]::Create($rule.script)) }
            if ($null -ne $rule.code) { return [int]$rule.code }
        }
        return $null
    }
}

$faulty = @{}

function Clear-Fault {
    [Fault]::Rules.Clear()
    foreach ($name in $faulty.Keys) {
        $real = $faulty[$name]::Real
        & (Get-Module -Name $name) { param ($type) if ($script:Api) { $script:Api = $type } } $real
    }
}

function Add-Fault {
    param ($Step)

    $module = Get-Module -Name $Step.module
    $real = & $module { Get-Api }
    if (-not $real.Name.StartsWith('Faulty')) {
        $methods = foreach ($method in $real.GetMethods('Public, Static, DeclaredOnly')) {
            $parameters = $method.GetParameters()
            $declared = ($parameters | ForEach-Object { "$(if ($_.ParameterType.IsByRef) { '[ref]' } else { "[$($_.ParameterType.FullName)]" }) `$p$($_.Position)" }) -join ', '
            $before = ($parameters | Where-Object { $_.ParameterType.IsByRef } | ForEach-Object { "[$($_.ParameterType.GetElementType().FullName)] `$v$($_.Position) = `$p$($_.Position).Value" }) -join '; '
            $passed = ($parameters | ForEach-Object { if ($_.ParameterType.IsByRef) { "[ref]`$v$($_.Position)" } else { "`$p$($_.Position)" } }) -join ', '
            $after = ($parameters | Where-Object { $_.ParameterType.IsByRef } | ForEach-Object { "`$p$($_.Position).Value = `$v$($_.Position)" }) -join '; '
            $all = ($parameters | ForEach-Object { "`$p$($_.Position)" }) -join ', '
            "static [int] $($method.Name)($declared) { `$code = [Fault]::Answer('$($method.Name)', @($all)); if (`$null -ne `$code) { return `$code }; $before; `$windows = [Faulty$($Step.module)]::Real; `$code = `$windows::$($method.Name)($passed); $after; return `$code }"
        }
        # Made once: its making takes longer than all the calls of a test.
        if (-not $faulty.Contains($Step.module)) { $faulty[$Step.module] = Invoke-Expression -Command "class Faulty$($Step.module) { static [type] `$Real; $($methods -join "`n") }; [Faulty$($Step.module)]" }
        $type = $faulty[$Step.module]
        $type::Real = $real
        & $module { param ($type) $script:Api = $type } $type
    }
    $null = [Fault]::Rules.Add(@{ function = $Step.function; text = $Step.text; below = $Step.below; access = $Step.access; nth = $Step.nth; code = $Step.code; script = $Step.script; count = 0 })
    $true
}

$blocks = @{}

function Invoke-Script {
    param ($Step)

    $global:complex_args = $Step.args
    # Read once: the second run of the same block is the faster one.
    if (-not $blocks.Contains($Step.do)) { $blocks[$Step.do] = [scriptblock]::Create([System.IO.File]::ReadAllText("$Folder\modules\$($Step.do).ps1")) }
    $output = @(& $blocks[$Step.do])
    # One string on the output stream, and nothing else.
    [ordered]@{ output = @($output | ForEach-Object { "$_" }); types = @($output | ForEach-Object { $_.GetType().Name }) }
}

function Invoke-Step {
    param ([string] $Line)

    $step = ConvertFrom-Json -InputObject $Line -AsHashtable -DateKind String
    $answer = try {
        switch ($step.do) {
            'host_read' { Invoke-Script -Step $step }
            'host_write' { Invoke-Script -Step $step }
            'poke' { Invoke-Poke -Step $step }
            'pokes' { foreach ($entry in $step.entries) { $null = Invoke-Poke -Step $entry }; $true }
            'peek' { Invoke-Peek -Step $step }
            'tree' { Get-Tree -Path $step.path }
            'write_time' { Get-WriteTime -Path $step.path }
            'fault' { Add-Fault -Step $step }
            'no_faults' { Clear-Fault; $true }
            'script' { & ([scriptblock]::Create($step.text)) }
            default { throw "unknown step $($step.do)" }
        }
    }
    catch { [ordered]@{ broken = "$_ $($_.ScriptStackTrace)" } }
    ConvertTo-Json -InputObject $answer -Depth 100 -Compress -EscapeHandling EscapeNonAscii
}

while (-not [System.IO.File]::Exists("$Folder\quit")) {
    if (-not [System.IO.File]::Exists("$Folder\steps")) {
        Start-Sleep -Milliseconds 20
        continue
    }
    Import-Utility
    Clear-Fault
    $answers = @(foreach ($line in [System.IO.File]::ReadAllLines("$Folder\steps")) { Invoke-Step -Line $line })
    [System.IO.File]::Delete("$Folder\steps")
    [System.IO.File]::WriteAllLines("$Folder\results.new", [string[]]$answers)
    # Wine looks the file up once more after it has moved it, and calls it a lack of memory if the reader was quicker and took it away.
    try { [System.IO.File]::Move("$Folder\results.new", "$Folder\results") }
    catch { if ([System.IO.File]::Exists("$Folder\results.new")) { throw } }
}
