# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# The folder of the journals. Everybody may create folders in ProgramData, so one that exists may have been laid there by somebody who wants
# to write our journals, or wants us to write elsewhere: it is judged before every use.

Set-StrictMode -Version 2.0

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
    # Empty if a folder with this security descriptor may be used. Above: it belongs to Windows; others may be in it, but must not be able to
    # replace what is in it.
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
    # Why the folder must not be used, as one sentence; empty if it may, or if it does not exist yet.
    param ([string] $Path)

    $trusted = $script:Trusted
    # The account that runs this, if it is an administrator: what it made without us belongs to it.
    if (Test-Elevation) { $trusted += [Security.Principal.WindowsIdentity]::GetCurrent().User.Value }
    $parts = $Path.Split('\')
    for ($depth = 1; $depth -le $parts.Count; $depth++) {
        $folder = $parts[0..($depth - 1)] -join '\'
        if ($depth -eq 1) { $folder += '\' }
        try {
            $attributes = [IO.File]::GetAttributes($folder)
            if ($attributes -band [IO.FileAttributes]::ReparsePoint) { return "The folder $folder is refused: it leads elsewhere (a reparse point)." }
            if (-not ($attributes -band [IO.FileAttributes]::Directory)) { return "The folder $folder is refused: it is a file." }
            $sddl = [Security.AccessControl.DirectorySecurity]::new($folder, 'Owner, Access').GetSecurityDescriptorSddlForm('Owner, Access')
        }
        catch {
            $reason = $_.Exception.GetBaseException()
            if (Test-Absent -Exception $reason) { return '' }
            return "The folder $folder is refused: it cannot be examined ($($reason.Message))."
        }
        # The last two are ours; the others belong to Windows.
        $isAbove = $depth -le $parts.Count - 2
        $refusal = Get-AccessRefusal -Sddl $sddl -Trusted $trusted -Above:$isAbove
        $remedy = if ($isAbove) { 'Correct its permissions' } else { 'Look who made it and what is in it, then remove it; it will be made anew' }
        if ($refusal) { return "The folder $folder is refused: $refusal. $remedy." }
    }
    ''
}

Export-ModuleMember -Function Get-ChangeFolder, Test-Elevation, Test-Absent, Get-AccessRefusal, Get-FolderRefusal
