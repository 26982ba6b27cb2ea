# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to msexchange.tls: writes the registry byte by byte, in the 64-bit view. Functions that write return 0 or the Windows error.

#AnsibleRequires -PowerShell ..module_utils._Windows

Set-StrictMode -Version 2.0

$script:View = [uint32]0x100          # KEY_WOW64_64KEY
$script:QueryAccess = [uint32]0x101   # KEY_QUERY_VALUE | KEY_WOW64_64KEY
$script:WriteAccess = [uint32]0x103   # KEY_QUERY_VALUE | KEY_SET_VALUE | KEY_WOW64_64KEY
$script:MoreData = 234
$script:CreatedNewKey = 1             # REG_CREATED_NEW_KEY
$script:DirectoryNotEmpty = 145

# The seam of the tests, see _Windows.
$script:Api = $null

function Get-Api {
    if ($null -eq $script:Api) {
        $script:Api = New-NativeApi -Function @{
            RegOpenKeyExW = @([IntPtr], [string], [uint32], [uint32], [IntPtr].MakeByRefType())
            RegCreateKeyExW = @([IntPtr], [string], [uint32], [IntPtr], [uint32], [uint32], [IntPtr], [IntPtr].MakeByRefType(), [uint32].MakeByRefType())
            RegQueryValueExW = @([IntPtr], [string], [IntPtr], [uint32].MakeByRefType(), [byte[]], [uint32].MakeByRefType())
            RegSetValueExW = @([IntPtr], [string], [uint32], [uint32], [byte[]], [uint32])
            RegDeleteValueW = @([IntPtr], [string])
            RegDeleteKeyExW = @([IntPtr], [string], [uint32], [uint32])
            RegFlushKey = @([IntPtr])
            RegCloseKey = @([IntPtr])
        }
    }
    $script:Api
}

function Invoke-WithKey {
    # Opens the key, hands it to Action as $args[0] and returns the code of whichever failed.
    param ([string] $Path, [scriptblock] $Action, [uint32] $Access = $script:WriteAccess)

    $api = Get-Api
    $hive, $rest = Split-RegistryPath -Path $Path
    [IntPtr] $handle = [IntPtr]::Zero
    $code = $api::RegOpenKeyExW($hive, $rest, 0, $Access, [ref]$handle)
    if ($code -ne 0) { return $code }
    try {
        & $Action $api $handle
    }
    finally {
        $null = $api::RegCloseKey($handle)
    }
}

function Read-RegistryValue {
    # One value: Code (0, or the Windows error), Exists, Kind, Bytes. A value or key that does not exist is no error.
    param ([string] $Path, [string] $Name)

    $value = @{ Code = 0; Exists = $false; Kind = 0; Bytes = $null }
    $value.Code = Invoke-WithKey -Path $Path -Access $script:QueryAccess -Action {
        param ($Api, $Handle)
        $data = [byte[]]::new(1024)
        [uint32] $size = 0; [uint32] $kind = 0
        do {
            if ($size -gt $data.Length) { $data = [byte[]]::new($size) }
            $size = $data.Length
            $code = $Api::RegQueryValueExW($Handle, $Name, [IntPtr]::Zero, [ref]$kind, $data, [ref]$size)
        } while ($code -eq $script:MoreData -and $size -gt $data.Length)
        if ($code -eq 0) { $value.Exists = $true; $value.Kind = $kind; $value.Bytes = Get-Leading -Bytes $data -Count $size }
        $code
    }
    if (Test-NotFound -Code $value.Code) { $value.Code = 0 }
    $value
}

function Write-RegistryValue {
    # Sets one value of an existing key to these very bytes.
    param ([string] $Path, [string] $Name, [long] $Kind, [byte[]] $Bytes)

    # If a string has no terminator, Windows looks at the two bytes behind it and takes them for one if they are zero: let them not be.
    [byte[]] $padded = $Bytes + [byte[]]@(255, 255)
    Invoke-WithKey -Path $Path -Action {
        param ($Api, $Handle)
        $Api::RegSetValueExW($Handle, $Name, 0, [uint32]$Kind, $padded, [uint32]$Bytes.Length)
    }
}

function Remove-RegistryValue {
    # Deletes one value.
    param ([string] $Path, [string] $Name)

    Invoke-WithKey -Path $Path -Action {
        param ($Api, $Handle)
        $Api::RegDeleteValueW($Handle, $Name)
    }
}

function Get-MissingKey {
    # The keys of a path that do not exist, outermost first.
    param ([string] $Path)

    $missing = [Collections.ArrayList]::new()
    while ($Path.Contains('\') -and (Test-NotFound -Code (Read-RegistryKey -Path $Path -ExistsOnly).Code)) {
        $missing.Insert(0, $Path)
        $Path = $Path.Substring(0, $Path.LastIndexOf([char]'\'))
    }
    $missing
}

function Add-RegistryKey {
    # Creates one key. Its full path is added to Created only if Windows says that it was us.
    param ([string] $Path, [Collections.ArrayList] $Created)

    $api = Get-Api
    $hive, $rest = Split-RegistryPath -Path $Path
    [IntPtr] $handle = [IntPtr]::Zero
    [uint32] $disposition = 0
    $code = $api::RegCreateKeyExW($hive, $rest, 0, [IntPtr]::Zero, 0, $script:WriteAccess, [IntPtr]::Zero, [ref]$handle, [ref]$disposition)
    if ($code -eq 0) {
        $null = $api::RegCloseKey($handle)
        if ($disposition -eq $script:CreatedNewKey) { $null = $Created.Add($Path) }
    }
    $code
}

function Remove-RegistryKey {
    # Deletes one key, if it has neither values nor subkeys. Windows itself would delete the values with it.
    param ([string] $Path)

    $key = Read-RegistryKey -Path $Path
    if ($key.Code -ne 0) { return $key.Code }
    if ($key.ValueList.Count -or $key.KeyList.Count) { return $script:DirectoryNotEmpty }
    $hive, $rest = Split-RegistryPath -Path $Path
    (Get-Api)::RegDeleteKeyExW($hive, $rest, $script:View, 0)
}

function Save-RegistryHive {
    # Writes the hive of a key to disk now; Windows by itself waits for some seconds.
    param ([string] $Path)

    Invoke-WithKey -Path $Path -Action {
        param ($Api, $Handle)
        $Api::RegFlushKey($Handle)
    }
}

Export-ModuleMember -Function Read-RegistryValue, Write-RegistryValue, Remove-RegistryValue, Get-MissingKey, Add-RegistryKey, Remove-RegistryKey,
Save-RegistryHive
