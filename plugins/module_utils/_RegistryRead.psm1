# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to msexchange.tls: reads the registry byte by byte, in the 64-bit view, through the functions of Windows. The registry
# provider takes the slash in "RC4 128/128" for a path, the .NET API repairs malformed values, and neither knows the time of a write.

#AnsibleRequires -PowerShell ..module_utils._Native
#AnsibleRequires -PowerShell ..module_utils._RegistryData

Set-StrictMode -Version 2.0

# HKEY is a pointer made of a sign-extended 32-bit number.
$script:Hives = @{
    HKEY_LOCAL_MACHINE = [IntPtr]::new(-2147483646)
    HKEY_USERS = [IntPtr]::new(-2147483645)
}
$script:ReadAccess = [uint32]0x20119   # KEY_READ | KEY_WOW64_64KEY
$script:MoreData = 234
$script:NoMoreItems = 259

# The seam of the tests, see _Native.
$script:Api = $null
$script:Blocked = ''

function Get-Api {
    if ($null -eq $script:Api -and -not $script:Blocked) {
        $number = [uint32].MakeByRefType()
        try {
            $script:Api = New-NativeApi -Function @{
                RegOpenKeyExW = @('advapi32.dll', [IntPtr], [string], [uint32], [uint32], [IntPtr].MakeByRefType())
                RegQueryInfoKeyW = @('advapi32.dll', [IntPtr], [IntPtr], [IntPtr], [IntPtr], $number, $number, [IntPtr], $number, $number, $number, [IntPtr],
                    [long].MakeByRefType())
                RegEnumKeyExW = @('advapi32.dll', [IntPtr], [uint32], [byte[]], $number, [IntPtr], [IntPtr], [IntPtr], [IntPtr])
                RegEnumValueW = @('advapi32.dll', [IntPtr], [uint32], [byte[]], $number, [IntPtr], $number, [byte[]], $number)
                RegCloseKey = @('advapi32.dll', [IntPtr])
            }
        }
        catch {
            $script:Blocked = $_.Exception.GetBaseException().Message
        }
    }
    $script:Api
}

function Get-NativeRefusal {
    <#
    .SYNOPSIS
    Why native calls are blocked on this host; empty if they are not.
    #>
    [OutputType([string])]
    param ()

    $null = Get-Api
    $script:Blocked
}

function Test-RegistryPath {
    <#
    .SYNOPSIS
    Whether a path is a hive with its full name and keys of lawful length.
    #>
    [OutputType([bool])]
    param ([string] $Path)

    $Path -match '\A(HKEY_LOCAL_MACHINE|HKEY_USERS)(\\[^\\\0]{1,255})*\z'
}

function Split-RegistryPath {
    <#
    .SYNOPSIS
    The handle of the hive and the path below it.
    #>
    param ([string] $Path)

    $hive, $rest = $Path -split '\\', 2
    $script:Hives[$hive]
    [string]$rest
}

function Get-Leading {
    <#
    .SYNOPSIS
    The first bytes of a buffer.
    #>
    param ([byte[]] $Bytes, [int] $Count)

    $leading = [byte[]]::new($Count)
    [Buffer]::BlockCopy($Bytes, 0, $leading, 0, $Count)
    , $leading
}

function Read-RegistryKey {
    <#
    .SYNOPSIS
    One key: Code (0, or the Windows error), Written (FILETIME in decimal or $null), ValueList (Name, Kind, Bytes) and KeyList (names), sorted.
    .PARAMETER ExistsOnly
    Only look whether it can be opened.
    #>
    param ([string] $Path, [switch] $ExistsOnly)

    $values = [System.Collections.ArrayList]::new()
    $keys = [System.Collections.Generic.List[string]]::new()
    $key = @{ Code = 0; Written = $null; ValueList = $values; KeyList = $keys }
    $api = Get-Api
    if ($null -eq $api) {
        $key.Code = Read-ManagedKey -Path $Path -Values $values -Keys $keys -ExistsOnly:$ExistsOnly
    }
    else {
        $hive, $rest = Split-RegistryPath -Path $Path
        [IntPtr] $handle = [IntPtr]::Zero
        $key.Code = $api::RegOpenKeyExW($hive, $rest, 0, $script:ReadAccess, [ref]$handle)
        if ($key.Code -eq 0) {
            try {
                if (-not $ExistsOnly) { $key.Code = Read-OpenKey -Handle $handle -Key $key }
            }
            finally {
                $null = $api::RegCloseKey($handle)
            }
        }
    }
    $key.KeyList = Get-Sorted -Item $keys.ToArray() -Name $keys.ToArray()
    $key.ValueList = Get-Sorted -Item $values.ToArray() -Name @($values | ForEach-Object -Process { $_.Name })
    $key
}

function Get-Sorted {
    param ([object[]] $Item, [string[]] $Name)

    # With the types spelled out, or PowerShell takes the generic overload and sorts a copy.
    [array]::Sort([array]$Name, [array]$Item, [System.Collections.IComparer][StringComparer]::OrdinalIgnoreCase)
    , $Item
}

function Read-OpenKey {
    param ([IntPtr] $Handle, [hashtable] $Key)

    $api = Get-Api
    $none = [IntPtr]::Zero
    [uint32] $subkeys = 0; [uint32] $subkeyLength = 0; [uint32] $count = 0; [uint32] $nameLength = 0; [uint32] $size = 0
    [long] $written = 0
    $code = $api::RegQueryInfoKeyW($Handle, $none, $none, $none, [ref]$subkeys, [ref]$subkeyLength, $none, [ref]$count, [ref]$nameLength, [ref]$size, $none,
        [ref]$written)
    if ($code -ne 0) { return $code }

    # A name of a value has 16383 units at most, one of a key 255; the last one is the terminator.
    $name = [byte[]]::new(32768)
    $data = [byte[]]::new([Math]::Max([int]$size, 1024))
    [uint32] $length = 0; [uint32] $kind = 0
    for ($index = 0; ; $index++) {
        $length = 16384; $size = $data.Length
        $code = $api::RegEnumValueW($Handle, $index, $name, [ref]$length, $none, [ref]$kind, $data, [ref]$size)
        if ($code -eq $script:MoreData -and $size -gt $data.Length) {
            # Somebody made it longer after we asked for the longest.
            $data = [byte[]]::new($size)
            $index--
            continue
        }
        if ($code -eq $script:NoMoreItems) { break }
        if ($code -ne 0) { return $code }
        $null = $Key.ValueList.Add(@{
                Name = ConvertFrom-Utf16 -Bytes $name -Count $length
                Kind = $kind
                Bytes = Get-Leading -Bytes $data -Count $size
            })
    }
    for ($index = 0; ; $index++) {
        $length = 256
        $code = $api::RegEnumKeyExW($Handle, $index, $name, [ref]$length, $none, $none, $none, $none)
        if ($code -eq $script:NoMoreItems) { break }
        if ($code -ne 0) { return $code }
        $Key.KeyList.Add((ConvertFrom-Utf16 -Bytes $name -Count $length))
    }
    $Key.Written = $written.ToString()
    0
}

function Test-NotFound {
    <#
    .SYNOPSIS
    Whether a Windows error says that the key or value is not there: file not found, path not found, key marked for deletion.
    #>
    [OutputType([bool])]
    param ([int] $Code)

    @(2, 3, 1018) -contains $Code
}

function Read-ManagedKey {
    # Where native calls are blocked: the API of .NET. It knows no times and repairs malformed values, so writing is refused there.
    param ([string] $Path, $Values, $Keys, [switch] $ExistsOnly)

    $hive, $rest = $Path -split '\\', 2
    try {
        $root = if ($hive -eq 'HKEY_USERS') { 'Users' } else { 'LocalMachine' }
        $base = [Microsoft.Win32.RegistryKey]::OpenBaseKey($root, 'Registry64')
        $key = $base.OpenSubKey([string]$rest)
        if ($null -eq $key) { return 2 }
        if (-not $ExistsOnly) {
            foreach ($name in $key.GetValueNames()) {
                # RegistryValueKind counts REG_NONE as -1 and names no kind it does not know.
                $kind = [Math]::Max(0, [int]$key.GetValueKind($name))
                $data = $key.GetValue($name, $null, 'DoNotExpandEnvironmentNames')
                if ($data -is [string[]]) { $data = -join @($data | ForEach-Object -Process { $_ + [char]0 }) }
                if ($data -is [string]) { $data = [System.Text.Encoding]::Unicode.GetBytes($data + [char]0) }
                elseif ($data -is [int] -or $data -is [long]) { $data = [BitConverter]::GetBytes($data) }
                elseif ($null -eq $data) { $data = @() }
                $null = $Values.Add(@{ Name = $name; Kind = $kind; Bytes = [byte[]]$data })
            }
            foreach ($name in $key.GetSubKeyNames()) { $Keys.Add($name) }
        }
        $key.Close()
        0
    }
    catch [System.Security.SecurityException], [System.UnauthorizedAccessException] {
        5
    }
    catch [System.IO.IOException] {
        $_.Exception.HResult -band 0xffff
    }
}

function Get-WindowsErrorText {
    <#
    .SYNOPSIS
    What Windows says about one of its error numbers, in the language of the host.
    #>
    [OutputType([string])]
    param ([int] $Code)

    [System.ComponentModel.Win32Exception]::new($Code).Message
}

Export-ModuleMember -Function Get-NativeRefusal, Test-RegistryPath, Split-RegistryPath, Read-RegistryKey, Get-Leading, Test-NotFound,
Get-WindowsErrorText
