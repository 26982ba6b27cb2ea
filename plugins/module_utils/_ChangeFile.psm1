# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to msexchange.tls: makes the folder of the journals and writes files in it so that a loss of power does not tear them.

#AnsibleRequires -PowerShell ..module_utils._Windows

Set-StrictMode -Version 2.0

# Full access for SYSTEM and Administrators, handed down to files and folders, nothing taken from above.
$script:Descriptor = 'O:BAG:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)'

# The seam of the tests, see _Windows.
$script:Api = $null

function Initialize-ChangeFolder {
    # Makes the folder where it is missing, closed from its first moment on, and returns why it must not be used, or nothing.
    param ([string] $Path)

    if ($null -eq $script:Api) { $script:Api = New-NativeApi -Library 'kernel32.dll' -Function @{ CreateDirectoryW = @([string], [byte[]]) } }
    $descriptor = [Security.AccessControl.RawSecurityDescriptor]::new($script:Descriptor)
    $binary = [byte[]]::new($descriptor.BinaryLength)
    $descriptor.GetBinaryForm($binary, 0)
    $pinned = [Runtime.InteropServices.GCHandle]::Alloc($binary, 'Pinned')
    try {
        # SECURITY_ATTRIBUTES: its own length, the descriptor, whether the handle is inherited; each takes the size of a pointer.
        $attributes = [byte[]]::new(3 * [IntPtr]::Size)
        $attributes[0] = $attributes.Length
        [BitConverter]::GetBytes($pinned.AddrOfPinnedObject().ToInt64())[0..([IntPtr]::Size - 1)].CopyTo($attributes, [IntPtr]::Size)
        # An existing folder is no error here: the examination that follows sees it.
        foreach ($folder in [IO.Path]::GetDirectoryName($Path), $Path) {
            $null = $script:Api::CreateDirectoryW($folder, $attributes)
        }
    }
    finally {
        $pinned.Free()
    }
    if (-not [IO.Directory]::Exists($Path)) { return "The folder $Path could not be made." }
    Get-FolderRefusal -Path $Path
}

function Save-ChangeFile {
    # Writes a file so that after a loss of power it has either all of the new content or all of the old. Throws what .NET throws.
    param ([string] $Path, [byte[]] $Bytes)

    $new = "$Path.new"
    Write-Through -Path $new -Mode ([IO.FileMode]::Create) -Bytes $Bytes
    if ([IO.File]::Exists($Path)) {
        [IO.File]::Replace($new, $Path, [NullString]::Value)
    }
    else {
        [IO.File]::Move($new, $Path)
    }
    # The log of NTFS is one: what flushes the renamed file flushes its renaming too.
    Write-Through -Path $Path -Mode ([IO.FileMode]::Open) -Bytes @()
}

function Write-Through {
    param ([string] $Path, [IO.FileMode] $Mode, [byte[]] $Bytes)

    $stream = [IO.FileStream]::new(
        $Path, $Mode, [IO.FileAccess]::Write, [IO.FileShare]::Read, 4096, [IO.FileOptions]::WriteThrough
    )
    try {
        $stream.Write($Bytes, 0, $Bytes.Length)
        $stream.Flush($true)
    }
    finally {
        $stream.Dispose()
    }
}

Export-ModuleMember -Function Initialize-ChangeFolder, Save-ChangeFile
