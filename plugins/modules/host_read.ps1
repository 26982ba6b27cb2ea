#!powershell

# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Reads what it is told to read: registry keys, files, journals of changes. It writes nothing and judges nothing.

#Requires -Version 5.1
#AnsibleRequires -PowerShell ..module_utils._Contract
#AnsibleRequires -PowerShell ..module_utils._Windows

if ($ExecutionContext.SessionState.LanguageMode -ne 'FullLanguage') {
    '{"contract":1,"changed":false,"failed":true,"msg":"PowerShell runs in constrained language mode on this host: sign or allow host_read."}'
    return
}

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 2.0

# The same names and types as in host_read.yml.
$option = @{
    contract = @{ type = 'int'; required = $true }
    keys = @{
        type = 'list'; elements = 'dict'; default = @(); options = @{
            path = @{ type = 'str'; required = $true }; depth = @{ type = 'int'; default = 0 }
            below = @{ type = 'list'; elements = 'str' }; values = @{ type = 'list'; elements = 'str' }
            named_by = @{ type = 'dict'; options = @{ path = @{ type = 'str'; required = $true }; value = @{ type = 'str'; required = $true } } }
        }
    }
    user_keys = @{
        type = 'list'; elements = 'dict'; default = @()
        options = @{ path = @{ type = 'str'; required = $true }; depth = @{ type = 'int'; default = 0 } }
    }
    files = @{
        type = 'list'; elements = 'dict'; default = @(); options = @{
            path = @{ type = 'str' }; key = @{ type = 'str' }; value = @{ type = 'str' }; relative = @{ type = 'str' }
            content = @{ type = 'bool'; default = $false }
        }
    }
    journal = @{ type = 'bool'; default = $false }
}

$maxContent, $maxJournal, $maxJournals = 262144, 1048576, 500
$problem = [Collections.ArrayList]::new()

function Add-Problem {
    param ([string] $Path, [int] $Code, [string] $Text)

    if (-not $Text) { $Text = Get-WindowsErrorText -Code $Code }
    $null = $problem.Add([ordered]@{ path = $Path; code = $Code; text = $Text })
}

function Test-Chosen {
    # Without a choice every name is chosen.
    param ([string] $Name, [string[]] $Choice)

    if ($null -eq $Choice) { return $true }
    foreach ($chosen in $Choice) { if ([string]::Equals($Name, $chosen, [StringComparison]::OrdinalIgnoreCase)) { return $true } }
    $false
}

function Read-ManagedKey {
    # Where native calls are blocked. Without times and with repaired values, so writing is refused there.
    param ([string] $Path, [Collections.SortedList] $Value, [Collections.SortedList] $Key)

    $hive, $rest = $Path -split '\\', 2
    try {
        $root = @{ HKEY_USERS = 'Users'; HKEY_LOCAL_MACHINE = 'LocalMachine' }[$hive]
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
        0
    }
    catch [Security.SecurityException], [UnauthorizedAccessException] {
        5
    }
    catch [IO.IOException] {
        $_.Exception.HResult -band 0xffff
    }
}

function Read-Key {
    param ([string] $Path)

    $key = Read-RegistryKey -Path $Path -Reader ${function:Read-ManagedKey}
    if ($null -eq $key.Exists) { Add-Problem -Path $Path -Code $key.Code }
    $key
}

function Get-KeyAnswer {
    # ValueName and KeyName choose in this one key; the keys below are whole.
    param ([string] $Path, [long] $Depth, [string[]] $ValueName, [string[]] $KeyName)

    $key = Read-Key -Path $Path
    $answer = [ordered]@{ path = $Path; exists = $key.Exists; written = $null; values = @(); keys = @() }
    if (-not $key.Exists) { return $answer }
    $answer.written = $key.Written
    $answer.values = @(foreach ($value in $key.ValueList) {
            if (-not (Test-Chosen -Name $value.Name -Choice $ValueName)) { continue }
            $data = ConvertTo-RegistryData -Kind $value.Kind -Bytes $value.Bytes
            $data.Insert(0, 'name', $value.Name)
            $data
        })
    if ($Depth -gt 0) {
        $answer.keys = @(foreach ($name in $key.KeyList) {
                if (Test-Chosen -Name $name -Choice $KeyName) { Get-KeyAnswer -Path "$Path\$name" -Depth ($Depth - 1) }
            })
    }
    $answer
}

function Get-NamedKey {
    # The bytes in hexadecimal of a value of the keys below another key.
    param ([string] $Path, [string] $Value)

    foreach ($name in (Read-Key -Path $Path).KeyList) {
        foreach ($found in (Read-Key -Path "$Path\$name").ValueList) {
            if (Test-Chosen -Name $found.Name -Choice $Value) { [BitConverter]::ToString($found.Bytes) -replace '-' }
        }
    }
}

function Get-TextValue {
    # REG_SZ or REG_EXPAND_SZ in its plain form, or $null.
    param ([string] $Path, [string] $Name)

    foreach ($value in (Get-KeyAnswer -Path $Path -ValueName $Name).values) {
        if (@(1, 2) -contains $value.kind -and -not $value.Contains('raw')) { return $value.data }
    }
}

function Read-File {
    # Others may have it open, for writing too.
    param ([string] $Path, [int] $Limit)

    $stream = [IO.FileStream]::new($Path, 'Open', 'Read', 'ReadWrite, Delete')
    try { , [IO.BinaryReader]::new($stream).ReadBytes([Math]::Min($stream.Length, $Limit)) }
    finally { $stream.Dispose() }
}

function Get-FilePath {
    # Where the file of a request is; nothing if that cannot be told.
    param ([hashtable] $Request)

    $path = $Request.path
    if ($null -eq $path) {
        $folder = Get-TextValue -Path $Request.key -Name $Request.value
        if (-not $folder) { return }
        $path = $folder.TrimEnd('\') + '\' + $Request.relative
    }
    [Environment]::ExpandEnvironmentVariables($path)
}

function Get-FileAnswer {
    # One answer, or one for each file where * stands for a folder.
    param ([string] $Path, [bool] $HasContent)

    $answer = [ordered]@{ path = $null; exists = $false; version = $null; size = $null; content = $null }
    if (-not $Path) { return $answer }
    $answer.path = $Path
    try {
        # A path of the network would make this host log on elsewhere.
        if ($Path -notmatch '\A[A-Za-z]:\\') { throw "The path $Path does not begin with a drive." }
        $above, $below = $Path -split '\\\*\\', 2
        if ($below) {
            $found = @([IO.Directory]::GetDirectories($above) | ForEach-Object -Process { "$_\$below" } | Where-Object -FilterScript { [IO.File]::Exists($_) })
            if ($found.Count -eq 0) { return $answer }
            foreach ($file in $found) { Get-FileAnswer -Path $file -HasContent $HasContent }
            return
        }
        if ([IO.File]::GetAttributes($path) -band [IO.FileAttributes]::Directory) { return $answer }
        $answer.size = [IO.FileInfo]::new($path).Length
        $version = [Diagnostics.FileVersionInfo]::GetVersionInfo($path)
        $number = $version.FileMajorPart, $version.FileMinorPart, $version.FileBuildPart, $version.FilePrivatePart -join '.'
        if ($number -ne '0.0.0.0') { $answer.version = $number }
        $answer.exists = $true
        if ($HasContent) {
            if ($answer.size -gt $maxContent) { Add-Problem -Path $path -Code 223 }
            else { $answer.content = [Convert]::ToBase64String((Read-File -Path $path -Limit $maxContent)) }
        }
    }
    catch {
        $reason = $_.Exception.GetBaseException()
        if (Test-Absent -Exception $reason) { return $answer }
        if (-not $answer.exists) { $answer.exists = $null }
        # HRESULT 0x8007nnnn has a Windows error in it.
        $code = if (($reason.HResult -band 0xffff0000) -eq 0x80070000) { $reason.HResult -band 0xffff } else { 0 }
        Add-Problem -Path $path -Code $code -Text $reason.Message
    }
    $answer
}

function ConvertTo-Gzip {
    # Journals repeat themselves, and travel with every answer.
    param ([byte[]] $Bytes)

    $packed = [IO.MemoryStream]::new()
    $stream = [IO.Compression.GZipStream]::new($packed, [IO.Compression.CompressionMode]::Compress)
    $stream.Write($Bytes, 0, $Bytes.Length)
    $stream.Dispose()
    [Convert]::ToBase64String($packed.ToArray())
}

function Get-JournalAnswer {
    $folder = Get-ChangeFolder
    try { $null = [IO.File]::GetAttributes([IO.Path]::GetDirectoryName($folder)) }
    catch { if (Test-Absent -Exception $_.Exception.GetBaseException()) { return } }
    $refusal = Get-FolderRefusal -Path $folder
    if ($refusal) { return Add-Problem -Path $folder -Code 0 -Text $refusal }
    if (-not [IO.Directory]::Exists($folder)) { return }
    $names = [string[]]@([IO.DirectoryInfo]::new($folder).GetFiles() |
            ForEach-Object -Process { $_.Name } | Where-Object -FilterScript { $_ -cmatch '\A[a-z0-9][a-z0-9-]{7,63}\.json\z' })
    [array]::Sort([array]$names, [Collections.IComparer][StringComparer]::Ordinal)
    if ($names.Count -gt $maxJournals) {
        # An id begins with its time.
        Add-Problem -Path $folder -Code 234 -Text "Of $($names.Count) journals only the $maxJournals newest were read."
        $names = $names[-$maxJournals..-1]
    }
    foreach ($name in $names) {
        $id = $name.Substring(0, $name.Length - 5)
        try {
            $bytes = Read-File -Path "$folder\$name" -Limit ($maxJournal + 1)
            if ($bytes.Length -gt $maxJournal) { throw 'The journal is larger than 1 MB.' }
            [ordered]@{ id = $id; gzip = ConvertTo-Gzip -Bytes $bytes }
        }
        catch {
            [ordered]@{ id = $id; error = $_.Exception.GetBaseException().Message }
        }
    }
}

try {
    $argument = Resolve-Argument -Option $option -Value $complex_args
    if ($argument.contract -ne 1) { throw "This host_read knows contract 1, not $($argument.contract): use one version of msexchange.tls on the controller." }
    foreach ($request in $argument.keys + $argument.user_keys) {
        if ($request.depth -lt 0 -or $request.depth -gt 64) { throw "The argument depth must be 0 to 64, not $($request.depth)." }
    }
    foreach ($request in $argument.files) {
        $others = @($request.key, $request.value, $request.relative | Where-Object -FilterScript { $null -ne $_ })
        if ($others.Count -ne $(if ($null -eq $request.path) { 3 } else { 0 })) { throw 'Each of files needs either path, or key and value and relative.' }
    }
    $blocked = Get-NativeRefusal
    if ($blocked) { Add-Problem -Path '' -Code 0 -Text "This host forbids native calls, so times are unknown and nothing can be written: $blocked" }
    $domain = Get-TextValue -Path 'HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters' -Name 'Domain'
    $keys = @(
        foreach ($request in $argument.keys) {
            $choice = @{ ValueName = $request['values']; KeyName = $null }
            if ($request.named_by) { $choice.KeyName = @(Get-NamedKey -Path $request.named_by.path -Value $request.named_by.value) }
            $paths = if ($request.below) { foreach ($name in $request.below) { "$($request.path)\$name" } } else { $request.path }
            foreach ($path in $paths) { Get-KeyAnswer -Path $path -Depth $request.depth @choice }
        }
        if ($argument.user_keys) {
            $users = @((Read-Key -Path 'HKEY_USERS').KeyList | Where-Object -FilterScript { $_ -match '\AS-1-5-21-[0-9-]+\z' })
            foreach ($request in $argument.user_keys) {
                foreach ($user in $users) { Get-KeyAnswer -Path "HKEY_USERS\$user\$($request.path)" -Depth $request.depth }
            }
        }
    )
    $answer = [ordered]@{
        contract = 1; changed = $false
        identity = [ordered]@{
            computer = [Environment]::MachineName; domain = $(if ($domain) { $domain }); now = [DateTime]::UtcNow.ToFileTimeUtc().ToString()
            boot = Get-BootTime; powershell = $PSVersionTable.PSVersion.ToString(); elevated = Test-Elevation
        }
        files = @(foreach ($request in $argument.files) { Get-FileAnswer -Path (Get-FilePath -Request $request) -HasContent $request.content })
        keys = $keys
        journal = @(if ($argument.journal) { Get-JournalAnswer })
        errors = $problem
    }
    $json = ConvertTo-ContractJson -Value $answer
}
catch {
    $json = ConvertTo-ContractJson -Value ([ordered]@{ contract = 1; changed = $false; failed = $true; msg = $_.Exception.GetBaseException().Message })
}
$json
