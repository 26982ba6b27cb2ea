# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to msexchange.tls: the folder of the journals. Everybody may create folders in ProgramData, so one that exists already may have
# been laid there by somebody who wants to write our journals, or wants us to write elsewhere: it is judged before every use.

Set-StrictMode -Version 2.0

$script:System = 'S-1-5-18'
$script:Administrators = 'S-1-5-32-544'
$script:TrustedInstaller = 'S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464'

function Get-ChangeFolder {
    <#
    .SYNOPSIS
    The path of the folder. Windows is asked, not the environment, which whoever starts us may set.
    #>
    [OutputType([string])]
    param ()

    [Environment]::GetFolderPath('CommonApplicationData') + '\msexchange_tls\changes'
}

function Test-Elevation {
    <#
    .SYNOPSIS
    Whether we run with the rights of an administrator.
    #>
    [OutputType([bool])]
    param ()

    $identity = [System.Security.Principal.WindowsIdentity]::GetCurrent()
    $principal = [System.Security.Principal.WindowsPrincipal]::new($identity)
    $principal.IsInRole([System.Security.Principal.WindowsBuiltInRole]::Administrator)
}

function Get-AccessRefusal {
    <#
    .SYNOPSIS
    Why a folder with this security descriptor must not be used; empty if it may. Decides on its arguments alone.
    .PARAMETER Trusted
    SIDs that may own it and have access to it.
    .PARAMETER Above
    The folder is one that Windows owns, above ours: others may be in it, but must not be able to replace what is in it.
    #>
    [OutputType([string])]
    param ([string] $Sddl, [string[]] $Trusted, [switch] $Above)

    try {
        $descriptor = [System.Security.AccessControl.RawSecurityDescriptor]::new($Sddl)
    }
    catch {
        return 'its security descriptor cannot be understood'
    }
    if ($Above) { $Trusted += $script:TrustedInstaller }
    if ($null -eq $descriptor.Owner) { return 'it has no owner' }
    if ($Trusted -cnotcontains $descriptor.Owner.Value) { return "it belongs to $($descriptor.Owner.Value)" }
    if ($null -eq $descriptor.DiscretionaryAcl) { return 'it has no access list, so everybody has access' }
    foreach ($entry in $descriptor.DiscretionaryAcl) {
        $isPlain = $entry -is [System.Security.AccessControl.CommonAce]
        $sid = if ($entry -is [System.Security.AccessControl.KnownAce]) { $entry.SecurityIdentifier.Value } else { 'somebody' }
        if ($Above) {
            # DELETE, WRITE_DAC, WRITE_OWNER, FILE_DELETE_CHILD, GENERIC_ALL: each of them is enough to put another folder in the place of ours.
            $isAllow = $isPlain -and $entry.AceType -eq [System.Security.AccessControl.AceType]::AccessAllowed
            $isDeny = $entry.AceType -eq [System.Security.AccessControl.AceType]::AccessDenied
            $isForChildren = [bool]($entry.AceFlags -band [System.Security.AccessControl.AceFlags]::InheritOnly)
            if ($isForChildren -or $isDeny -or $Trusted -ccontains $sid) { continue }
            if (-not $isAllow -or $entry.AccessMask -band 0x100d0040) { return "$sid may replace what is in it" }
        }
        elseif (-not $isPlain -or $entry.AceType -ne [System.Security.AccessControl.AceType]::AccessAllowed) {
            return "its access list has an entry of type $($entry.AceType)"
        }
        elseif ($Trusted -cnotcontains $sid) { return "$sid has access to it" }
        elseif ($entry.AceFlags -band [System.Security.AccessControl.AceFlags]::Inherited) { return 'it takes access from the folder above' }
    }
    ''
}

function Get-FolderRefusal {
    <#
    .SYNOPSIS
    Why the folder must not be used, as one sentence; empty if it may, or if it does not exist yet.
    #>
    [OutputType([string])]
    param ([string] $Path)

    $trusted = @($script:System, $script:Administrators)
    # The account that runs this, if it is an administrator: what it made without us belongs to it.
    if (Test-Elevation) { $trusted += [System.Security.Principal.WindowsIdentity]::GetCurrent().User.Value }
    $sections = [System.Security.AccessControl.AccessControlSections]'Owner, Access'
    $parts = $Path.Split('\')
    for ($depth = 1; $depth -le $parts.Count; $depth++) {
        $folder = $parts[0..($depth - 1)] -join '\'
        if ($depth -eq 1) { $folder += '\' }
        try {
            $attributes = [System.IO.File]::GetAttributes($folder)
            if ($attributes -band [System.IO.FileAttributes]::ReparsePoint) { return "The folder $folder is refused: it leads elsewhere (a reparse point)." }
            if (-not ($attributes -band [System.IO.FileAttributes]::Directory)) { return "The folder $folder is refused: it is a file." }
            $security = [System.Security.AccessControl.DirectorySecurity]::new($folder, $sections)
            $sddl = $security.GetSecurityDescriptorSddlForm($sections)
        }
        catch {
            $reason = $_.Exception.GetBaseException()
            if ($reason -is [System.IO.FileNotFoundException] -or $reason -is [System.IO.DirectoryNotFoundException]) { return '' }
            return "The folder $folder is refused: it cannot be examined ($($reason.Message))."
        }
        # The last two are ours; the others belong to Windows.
        $isAbove = $depth -le $parts.Count - 2
        $remedy = if ($isAbove) { 'Correct its permissions' } else { 'Look who made it and what is in it, then remove it; it will be made anew' }
        $refusal = Get-AccessRefusal -Sddl $sddl -Trusted $trusted -Above:$isAbove
        if ($refusal) { return "The folder $folder is refused: $refusal. $remedy." }
    }
    ''
}

Export-ModuleMember -Function Get-ChangeFolder, Test-Elevation, Get-AccessRefusal, Get-FolderRefusal
