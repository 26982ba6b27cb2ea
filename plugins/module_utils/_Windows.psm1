# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Reads the registry byte by byte in the 64-bit view, through functions of Windows: the registry provider takes the slash in "RC4 128/128" for a
# path, the .NET API repairs malformed values, and neither knows the time of a write.

Set-StrictMode -Version 2.0

# HKEY is a pointer made of a sign-extended 32-bit number.
$script:Hives = @{ HKEY_LOCAL_MACHINE = [IntPtr]::new(-2147483646); HKEY_USERS = [IntPtr]::new(-2147483645) }
$script:ReadAccess = [uint32]0x20119   # KEY_READ | KEY_WOW64_64KEY
$script:MoreData = 234
$script:NoMoreItems = 259
$script:LoneSurrogate = '[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]'

# The seam of the tests: they put a type of their own here.
$script:Api = $null
$script:Blocked = ''

# A name of a value has 16383 units at most, one of a key 255; the last one is the terminator.
$script:Name = [byte[]]::new(32768)
$script:Data = [byte[]]::new(1024)

function New-NativeApi {
    # A type whose static methods are functions of Windows, made without a compiler. Function: name -> library and types of the parameters.
    param ([hashtable] $Function)

    $name = 'MsExchangeTls' + [guid]::NewGuid().ToString('N')
    $assembly = [Reflection.Emit.AssemblyBuilder]::DefineDynamicAssembly([Reflection.AssemblyName]::new($name), 'Run')
    $builder = $assembly.DefineDynamicModule($name).DefineType($name, 'Public, Class')
    foreach ($entry in $Function.GetEnumerator()) {
        $library, $parameters = $entry.Value
        $method = $builder.DefinePInvokeMethod($entry.Key, $library, 'Public, Static, PinvokeImpl', 'Standard', [int], [type[]]$parameters, 'Winapi',
            'Unicode')
        $method.SetImplementationFlags('PreserveSig')
    }
    $builder.CreateType()
}

function Get-Api {
    if ($null -eq $script:Api -and -not $script:Blocked) {
        $pointer = [IntPtr]
        $number = [uint32].MakeByRefType()
        try {
            $script:Api = New-NativeApi -Function @{
                NtQuerySystemInformation = @('ntdll.dll', [int], [byte[]], [int], $pointer)
                RegOpenKeyExW = @('advapi32.dll', $pointer, [string], [uint32], [uint32], $pointer.MakeByRefType())
                RegQueryInfoKeyW = @('advapi32.dll') + @($pointer) * 11 + @([long].MakeByRefType())
                RegEnumKeyExW = @('advapi32.dll', $pointer, [uint32], [byte[]], $number, $pointer, $pointer, $pointer, $pointer)
                RegEnumValueW = @('advapi32.dll', $pointer, [uint32], [byte[]], $number, $pointer, $number, [byte[]], $number)
                RegCloseKey = @('advapi32.dll', $pointer)
            }
        }
        catch {
            $script:Blocked = $_.Exception.GetBaseException().Message
        }
    }
    $script:Api
}

function Get-NativeRefusal {
    # Why native calls are blocked on this host; empty if they are not.
    $null = Get-Api
    $script:Blocked
}

function Get-BootTime {
    # FILETIME in decimal, the same string as long as Windows runs; $null where native calls are blocked.
    # SYSTEM_TIMEOFDAY_INFORMATION: BootTime at 0, BootTimeBias at 32. When the clock is set, Windows moves both; their difference stays.
    $information = [byte[]]::new(48)
    if ($null -eq (Get-Api) -or $script:Api::NtQuerySystemInformation(3, $information, 48, [IntPtr]::Zero) -ne 0) { return $null }
    ([BitConverter]::ToInt64($information, 0) - [BitConverter]::ToInt64($information, 32)).ToString()
}

function Get-WindowsErrorText {
    param ([int] $Code)

    [ComponentModel.Win32Exception]::new($Code).Message
}

function Test-NotFound {
    param ([int] $Code)

    @(2, 3, 1018) -contains $Code   # file not found, path not found, key marked for deletion
}

function Test-RegistryPath {
    param ([string] $Path)

    $Path -match '\A(HKEY_LOCAL_MACHINE|HKEY_USERS)(\\[^\\\0]{1,255})*\z'
}

function Split-RegistryPath {
    # The handle of the hive and the path below it.
    param ([string] $Path)

    if (-not (Test-RegistryPath -Path $Path)) { throw "This is no path of a registry key: $Path" }
    $hive, $rest = $Path -split '\\', 2
    $script:Hives[$hive]
    [string]$rest
}

function Get-Leading {
    param ([byte[]] $Bytes, [int] $Count)

    $leading = [byte[]]::new($Count)
    [Buffer]::BlockCopy($Bytes, 0, $leading, 0, $Count)
    , $leading
}

function ConvertFrom-Utf16 {
    # Unit by unit: Encoding.Unicode would replace a lone half of a surrogate pair.
    param ([byte[]] $Bytes, [int] $Count)

    $units = [char[]]::new($Count)
    [Buffer]::BlockCopy($Bytes, 0, $units, 0, 2 * $Count)
    [string]::new($units)
}

function ConvertTo-RegistryData {
    # As the contract has it: kind, data and, if data is base64, raw. Only bytes that come back the same from the plain form get it.
    param ([long] $Kind, [byte[]] $Bytes)

    $size = $Bytes.Length
    $plain = $null
    if ($Kind -eq 4 -and $size -eq 4) { $plain = [long][BitConverter]::ToUInt32($Bytes, 0) }
    elseif ($Kind -eq 11 -and $size -eq 8) { $plain = [BitConverter]::ToUInt64($Bytes, 0).ToString() }
    elseif (@(1, 2, 7) -contains $Kind -and $size -ge 2 -and $size % 2 -eq 0) {
        $text = ConvertFrom-Utf16 -Bytes $Bytes -Count ($size / 2)
        # What .NET writes for an empty list is the terminator of the list alone.
        $form = if ($Kind -eq 7) { '\A([^\0]+\0)*\0\z' } else { '\A[^\0]*\0\z' }
        if ($text -match $form -and $text -notmatch $script:LoneSurrogate) {
            $plain = $text.Substring(0, $text.Length - 1)
            if ($Kind -eq 7) { $plain = @($plain.Split([char[]]@([char]0), [StringSplitOptions]::RemoveEmptyEntries)) }
        }
    }
    if ($null -ne $plain) { return [ordered]@{ kind = $Kind; data = $plain } }
    [ordered]@{ kind = $Kind; data = [Convert]::ToBase64String($Bytes); raw = $true }
}

function Read-RegistryKey {
    # Code (0, or the Windows error), Exists ($null if that cannot be told), Written (FILETIME in decimal or $null), ValueList (Name, Kind, Bytes)
    # and KeyList (names), sorted.
    param ([string] $Path, [switch] $ExistsOnly)

    $values = [Collections.SortedList]::new([StringComparer]::Ordinal)
    $keys = [Collections.SortedList]::new([StringComparer]::Ordinal)
    $key = @{ Code = 0; Exists = $null; Written = $null; ValueList = $null; KeyList = $null }
    if ($null -eq (Get-Api)) { $key.Code = Read-ManagedKey -Path $Path -Value $values -Key $keys }
    else {
        $hive, $rest = Split-RegistryPath -Path $Path
        [IntPtr] $handle = [IntPtr]::Zero
        $key.Code = $script:Api::RegOpenKeyExW($hive, $rest, 0, $script:ReadAccess, [ref]$handle)
        if ($key.Code -eq 0) {
            try {
                if (-not $ExistsOnly) { $key.Code = Read-OpenKey -Handle $handle -Value $values -Key $keys -Head $key }
            }
            finally {
                $null = $script:Api::RegCloseKey($handle)
            }
        }
    }
    if ($key.Code -eq 0) { $key.Exists = $true } elseif (Test-NotFound -Code $key.Code) { $key.Exists = $false }
    $key.ValueList = @($values.Values)
    $key.KeyList = @($keys.Values)
    $key
}

function Get-Order {
    # Sorts without case, and where that leaves two alike (U+01C4 and U+01C5), by what tells them apart.
    param ([string] $Name)

    $Name.ToUpperInvariant() + [char]0 + $Name
}

function Read-OpenKey {
    param ([IntPtr] $Handle, [Collections.SortedList] $Value, [Collections.SortedList] $Key, [hashtable] $Head)

    $none = [IntPtr]::Zero
    [long] $written = 0
    $code = $script:Api::RegQueryInfoKeyW($Handle, $none, $none, $none, $none, $none, $none, $none, $none, $none, $none, [ref]$written)
    if ($code -ne 0) { return $code }
    $Head.Written = $written.ToString()
    [uint32] $length = 0; [uint32] $kind = 0; [uint32] $size = 0
    for ($index = 0; ; $index++) {
        $length = 16384; $size = $script:Data.Length
        $code = $script:Api::RegEnumValueW($Handle, $index, $script:Name, [ref]$length, $none, [ref]$kind, $script:Data, [ref]$size)
        if ($code -eq $script:MoreData -and $size -gt $script:Data.Length) {
            $script:Data = [byte[]]::new($size)
            $index--
            continue
        }
        if ($code -eq $script:NoMoreItems) { break }
        if ($code -ne 0) { return $code }
        $text = ConvertFrom-Utf16 -Bytes $script:Name -Count $length
        $Value[(Get-Order -Name $text)] = @{ Name = $text; Kind = $kind; Bytes = Get-Leading -Bytes $script:Data -Count $size }
    }
    for ($index = 0; ; $index++) {
        $length = 256
        $code = $script:Api::RegEnumKeyExW($Handle, $index, $script:Name, [ref]$length, $none, $none, $none, $none)
        if ($code -eq $script:NoMoreItems) { return 0 }
        if ($code -ne 0) { return $code }
        $text = ConvertFrom-Utf16 -Bytes $script:Name -Count $length
        $Key[(Get-Order -Name $text)] = $text
    }
}

function Read-ManagedKey {
    # Where native calls are blocked: the API of .NET. It knows no times and repairs malformed values, so writing is refused there.
    param ([string] $Path, [Collections.SortedList] $Value, [Collections.SortedList] $Key)

    $hive, $rest = $Path -split '\\', 2
    try {
        $root = if ($hive -eq 'HKEY_USERS') { 'Users' } else { 'LocalMachine' }
        $opened = [Microsoft.Win32.RegistryKey]::OpenBaseKey($root, 'Registry64').OpenSubKey([string]$rest)
        if ($null -eq $opened) { return 2 }
        foreach ($name in $opened.GetValueNames()) {
            # RegistryValueKind counts REG_NONE as -1 and names no kind it does not know.
            $kind = [Math]::Max(0, [int]$opened.GetValueKind($name))
            $data = $opened.GetValue($name, $null, 'DoNotExpandEnvironmentNames')
            if ($data -is [string[]]) { $data = -join @(foreach ($item in $data) { $item + [char]0 }) }
            if ($data -is [string]) { $data = [Text.Encoding]::Unicode.GetBytes($data + [char]0) }
            elseif ($data -is [int] -or $data -is [long]) { $data = [BitConverter]::GetBytes($data) }
            elseif ($null -eq $data) { $data = @() }
            $Value[(Get-Order -Name $name)] = @{ Name = $name; Kind = $kind; Bytes = [byte[]]$data }
        }
        foreach ($name in $opened.GetSubKeyNames()) { $Key[(Get-Order -Name $name)] = $name }
        $opened.Close()
        0
    }
    catch [Security.SecurityException], [UnauthorizedAccessException] {
        5
    }
    catch [IO.IOException] {
        $_.Exception.HResult -band 0xffff
    }
}

Export-ModuleMember -Function New-NativeApi, Get-NativeRefusal, Get-BootTime, Get-WindowsErrorText, Test-NotFound, Test-RegistryPath, Split-RegistryPath,
Get-Leading, ConvertTo-RegistryData, Read-RegistryKey
