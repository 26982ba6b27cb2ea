# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Reads the registry byte by byte, in the 64-bit view: the provider takes the slash in "RC4 128/128" for a path, the .NET API repairs malformed
# values, and neither knows the time of a write.

Set-StrictMode -Version 2.0

# A 32-bit number with its sign.
$script:Hives = @{ HKEY_LOCAL_MACHINE = [IntPtr]::new(-2147483646); HKEY_USERS = [IntPtr]::new(-2147483645) }
$script:ReadAccess = [uint32]0x20119   # KEY_READ | KEY_WOW64_64KEY
$script:MoreData, $script:NoMoreItems = 234, 259
$script:LoneSurrogate = '[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]'

# The seam of the tests: they put a type of their own here.
$script:Api = $null
$script:Blocked = ''

# The name of a value has 16383 units at most, that of a key 255, and a terminator.
$script:Name = [byte[]]::new(32768)
$script:Data = [byte[]]::new(1024)

function New-NativeApi {
    # A type whose static methods are functions of Windows, made without a compiler. Function: name -> types of the parameters.
    param ([hashtable] $Function, [string] $Library = 'advapi32.dll')

    $assembly = [Reflection.Emit.AssemblyBuilder]::DefineDynamicAssembly([Reflection.AssemblyName]::new('MsExchangeTls'), 'Run')
    $builder = $assembly.DefineDynamicModule('MsExchangeTls').DefineType('MsExchangeTls', 'Public, Class')
    foreach ($entry in $Function.GetEnumerator()) {
        $from = if ($entry.Key -like 'Nt*') { 'ntdll.dll' } else { $Library }
        $method = $builder.DefinePInvokeMethod($entry.Key, $from, 'Public, Static, PinvokeImpl', 'Standard', [int], [type[]]$entry.Value, 'Winapi', 'Unicode')
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
                NtQuerySystemInformation = @([int], [byte[]], [int], $pointer)
                RegOpenKeyExW = @($pointer, [string], [uint32], [uint32], $pointer.MakeByRefType())
                RegQueryInfoKeyW = @($pointer) * 11 + @([long].MakeByRefType())
                RegEnumKeyExW = @($pointer, [uint32], [byte[]], $number, $pointer, $pointer, $pointer, $pointer)
                RegEnumValueW = @($pointer, [uint32], [byte[]], $number, $pointer, $number, [byte[]], $number)
                RegCloseKey = @($pointer)
            }
        }
        catch {
            $script:Blocked = $_.Exception.GetBaseException().Message
        }
    }
    $script:Api
}

function Get-NativeRefusal {
    # Why native calls are blocked; empty if they are not.
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
    # Code (0, or the Windows error), Exists ($null if unknown), Written (FILETIME in decimal), ValueList (Name, Kind, Bytes), KeyList (names), sorted.
    param ([string] $Path, [switch] $ExistsOnly, [scriptblock] $Reader)

    $values = [Collections.SortedList]::new([StringComparer]::Ordinal)
    $keys = [Collections.SortedList]::new([StringComparer]::Ordinal)
    $key = @{ Code = 0; Exists = $null; Written = $null; ValueList = $null; KeyList = $null }
    if ($null -eq (Get-Api)) { $key.Code = & $Reader $Path $values $keys }
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

# Everybody may create folders in ProgramData, so that of the journals may have been laid there by somebody who wants to write them, or wants us
# to write elsewhere: it is judged before every use.
$script:Trusted = 'S-1-5-18', 'S-1-5-32-544'   # SYSTEM, Administrators
$script:TrustedInstaller = 'S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464'

function Get-ChangeFolder {
    # Windows is asked, not the environment, which whoever starts us may set.
    [Environment]::GetFolderPath('CommonApplicationData') + '\msexchange_tls\changes'
}

function Test-Elevation {
    [Security.Principal.WindowsPrincipal]::new([Security.Principal.WindowsIdentity]::GetCurrent()).IsInRole(
        [Security.Principal.WindowsBuiltInRole]::Administrator)
}

function Test-Absent {
    param ([Exception] $Exception)

    $Exception -is [IO.FileNotFoundException] -or $Exception -is [IO.DirectoryNotFoundException]
}

function Get-AccessRefusal {
    # Empty if a folder with this security descriptor may be used. Above: it is one of Windows; others may be in it, but not replace what is in it.
    param ([string] $Sddl, [string[]] $Trusted, [switch] $Above)

    try { $descriptor = [Security.AccessControl.RawSecurityDescriptor]::new($Sddl) }
    catch { return 'its security descriptor cannot be understood' }
    if ($Above) { $Trusted += $script:TrustedInstaller }
    if ($null -eq $descriptor.Owner) { return 'it has no owner' }
    if ($Trusted -cnotcontains $descriptor.Owner.Value) { return "it belongs to $($descriptor.Owner.Value)" }
    if ($null -eq $descriptor.DiscretionaryAcl) { return 'it has no access list, so everybody has access' }
    foreach ($entry in $descriptor.DiscretionaryAcl) {
        $isPlain = $entry -is [Security.AccessControl.CommonAce]
        $isAllow = $isPlain -and $entry.AceType -eq 'AccessAllowed'
        $sid = if ($entry -is [Security.AccessControl.KnownAce]) { $entry.SecurityIdentifier.Value } else { 'somebody' }
        $isTrusted = $Trusted -ccontains $sid
        if ($Above) {
            # DELETE, WRITE_DAC, WRITE_OWNER, FILE_DELETE_CHILD, GENERIC_ALL: each of them is enough to put another folder in the place of ours.
            $isForChildren = $entry.AceFlags -band [Security.AccessControl.AceFlags]::InheritOnly
            if ($isForChildren -or $entry.AceType -eq 'AccessDenied' -or $isTrusted) { continue }
            if (-not $isAllow -or $entry.AccessMask -band 0x100d0040) { return "$sid may replace what is in it" }
        }
        elseif (-not $isAllow) { return "its access list has an entry of type $($entry.AceType)" }
        elseif (-not $isTrusted) { return "$sid has access to it" }
        elseif ($entry.AceFlags -band [Security.AccessControl.AceFlags]::Inherited) { return 'it takes access from the folder above' }
    }
    ''
}

function Get-FolderRefusal {
    # One sentence; empty if the folder may be used, or does not exist yet.
    param ([string] $Path)

    $trusted = $script:Trusted
    # The account that runs this, if it is an administrator: what it made without us belongs to it.
    if (Test-Elevation) { $trusted += [Security.Principal.WindowsIdentity]::GetCurrent().User.Value }
    $parts = $Path.Split('\')
    for ($depth = 1; $depth -le $parts.Count; $depth++) {
        $folder = $parts[0..($depth - 1)] -join '\'
        if ($depth -eq 1) { $folder += '\' }
        $refused = "The folder $folder is refused:"
        try {
            $attributes = [IO.File]::GetAttributes($folder)
            if ($attributes -band [IO.FileAttributes]::ReparsePoint) { return "$refused it leads elsewhere (a reparse point)." }
            if (-not ($attributes -band [IO.FileAttributes]::Directory)) { return "$refused it is a file." }
            $sddl = [Security.AccessControl.DirectorySecurity]::new($folder, 'Owner, Access').GetSecurityDescriptorSddlForm('Owner, Access')
        }
        catch {
            $reason = $_.Exception.GetBaseException()
            if (Test-Absent -Exception $reason) { return '' }
            return "$refused it cannot be examined ($($reason.Message))."
        }
        # The last two are ours; the others belong to Windows.
        $isAbove = $depth -le $parts.Count - 2
        $refusal = Get-AccessRefusal -Sddl $sddl -Trusted $trusted -Above:$isAbove
        $remedy = if ($isAbove) { 'Correct its permissions' } else { 'Look who made it and what is in it, then remove it; it will be made anew' }
        if ($refusal) { return "$refused $refusal. $remedy." }
    }
    ''
}

Export-ModuleMember -Function New-NativeApi, Get-NativeRefusal, Get-BootTime, Get-WindowsErrorText, Test-NotFound, Test-RegistryPath, Split-RegistryPath,
Get-Leading, ConvertTo-RegistryData, Read-RegistryKey, Get-Order, Get-ChangeFolder, Test-Elevation, Test-Absent, Get-AccessRefusal, Get-FolderRefusal
