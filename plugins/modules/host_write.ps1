#!powershell

# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Carries out one change, whole or not at all. What was found is on disk before the first write, and is put back when a write fails.

#Requires -Version 5.1
#AnsibleRequires -PowerShell ..module_utils._Contract
#AnsibleRequires -PowerShell ..module_utils._Windows
#AnsibleRequires -PowerShell ..module_utils._RegistryWrite
#AnsibleRequires -PowerShell ..module_utils._ChangeFile
#AnsibleRequires -PowerShell ..module_utils._Operation

if ($ExecutionContext.SessionState.LanguageMode -ne 'FullLanguage') {
    '{"contract":1,"changed":false,"failed":true,"msg":"PowerShell runs in constrained language mode on this host: sign or allow host_write."}'
    return
}

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 2.0

# The same names and types as in host_write.yml.
$option = @{
    contract = @{ type = 'int'; required = $true }
    change = @{ type = 'str'; required = $true }
    meta = @{ type = 'dict'; default = @{} }
    reboot_required = @{ type = 'bool'; default = $false }
    operations = @{
        type = 'list'; elements = 'dict'; required = $true; options = @{
            op = @{ type = 'str'; required = $true }; path = @{ type = 'str'; required = $true }; name = @{ type = 'str' }
            kind = @{ type = 'int' }; data = @{ type = 'raw' }; raw = @{ type = 'bool'; default = $false }
            expect = @{
                type = 'dict'; required = $true; options = @{
                    exists = @{ type = 'bool'; required = $true }
                    kind = @{ type = 'int' }; data = @{ type = 'raw' }; raw = @{ type = 'bool'; default = $false }
                }
            }
        }
    }
    revert = @{
        type = 'dict'; options = @{
            script = @{ type = 'str'; required = $true }; task = @{ type = 'str'; default = '' }; rolled_back = @{ type = 'bool'; default = $false }
            after = @{ type = 'int'; default = 0 }; after_boot = @{ type = 'int'; default = 0 }; over_tls = @{ type = 'bool'; default = $false }
        }
    }
    confirm = @{ type = 'bool'; default = $false }
    undo = @{ type = 'str' }
}

$maxJournal = 1048576
$invalidData = 13
$directoryNotEmpty = 145

function Confirm-Request {
    param ([hashtable] $Argument)

    if ($Argument.contract -ne 1) { throw "This host_write knows contract 1, not $($Argument.contract): use one version of msexchange.tls on the controller." }
    if ($Argument.change -cnotmatch '\A[a-z0-9][a-z0-9-]{7,63}\z') { throw 'The argument change must be 8 to 64 of a-z, 0-9 and -, not beginning with -.' }
    # The journal is read with ConvertFrom-Json, which takes no two names that only case tells apart.
    $names = [Collections.Generic.HashSet[string]]::new([StringComparer]::OrdinalIgnoreCase)
    foreach ($entry in $Argument.meta.GetEnumerator()) {
        if ($entry.Key -cnotmatch '\A[A-Za-z0-9_.-]{1,64}\z') { throw 'The names in the argument meta must be 1 to 64 of A-Z, a-z, 0-9, _, . and -.' }
        if (-not $names.Add($entry.Key)) { throw "The argument meta.$($entry.Key) differs from another one in case only." }
        if ($entry.Value -isnot [string]) { throw "The argument meta.$($entry.Key) must be a string." }
    }
    if ($Argument.confirm -and ($null -eq $Argument.revert -or $Argument.operations.Count)) { throw 'The argument confirm needs revert and no operations.' }
}

function Set-RegistryState {
    # Brings one value to a state; its key must exist.
    param ([hashtable] $Operation, [hashtable] $State)

    if ($State.Exists) { return Write-RegistryValue -Path $Operation.Path -Name $Operation.Name -Kind $State.Kind -Bytes $State.Bytes }
    $code = Remove-RegistryValue -Path $Operation.Path -Name $Operation.Name
    if (Test-NotFound -Code $code) { return 0 }
    $code
}

function Invoke-Operation {
    # Returns 0 or the Windows error. The value is read again: what was not seen is not written.
    param ([hashtable] $Operation)

    if ($Operation.IsKey) { return Remove-RegistryKey -Path $Operation.Path }
    if ($Operation.After.Exists) {
        foreach ($key in (Get-MissingKey -Path $Operation.Path)) {
            $code = Add-RegistryKey -Path $key -Created $Operation.Created
            if ($code -ne 0) { return $code }
        }
    }
    $code = Set-RegistryState -Operation $Operation -State $Operation.After
    if ($code -ne 0) { return $code }
    $now = Read-RegistryValue -Path $Operation.Path -Name $Operation.Name
    if ($now.Code -eq 0 -and -not (Test-SameState -One $now -Other $Operation.After)) { return $invalidData }
    $now.Code
}

function Undo-Operation {
    # Returns 0 or the Windows error. Keys that we made go only if nobody has put anything into them. What is as it was is not written:
    # Windows would refuse that as it refused the operation.
    param ([hashtable] $Operation)

    if ($Operation.IsKey) {
        if ((Read-RegistryKey -Path $Operation.Path -ExistsOnly).Code -eq 0) { return 0 }
        $again = [Collections.ArrayList]::new()
        return Add-RegistryKey -Path $Operation.Path -Created $again
    }
    $code = 0
    $now = Read-RegistryValue -Path $Operation.Path -Name $Operation.Name
    if ($now.Code -ne 0 -or -not (Test-SameState -One $now -Other $Operation.Before)) {
        $code = Set-RegistryState -Operation $Operation -State $Operation.Before
    }
    for ($index = $Operation.Created.Count - 1; $index -ge 0; $index--) {
        $removed = Remove-RegistryKey -Path $Operation.Created[$index]
        if ($removed -ne 0 -and $removed -ne $directoryNotEmpty -and -not (Test-NotFound -Code $removed)) { $code = $removed }
    }
    $code
}

function Save-Journal {
    param ($Journal, [string] $State, [object[]] $Operation, [string] $Path)

    $Journal.state = $State
    if ($State -ne 'open') { $Journal.closed = [DateTime]::UtcNow.ToFileTimeUtc().ToString() }
    $Journal.operations = @(foreach ($item in $Operation) {
            [ordered]@{
                op = $item.Op; path = $item.Path; name = $item.Name
                before = ConvertTo-Expectation -State $item.Before -IsKey:$item.IsKey -Journal
                after = ConvertTo-Expectation -State $item.After -IsKey:$item.IsKey -Journal
                created_keys = @(if ($State -ceq 'open') { $item.Missing } else { $item.Created })
            }
        })
    [byte[]] $bytes = [Text.Encoding]::ASCII.GetBytes((ConvertTo-ContractJson -Value $Journal))
    if ($bytes.Length -gt $maxJournal) { throw 'the journal would be larger than 1 MB: make several changes of it' }
    Save-ChangeFile -Path $Path -Bytes $bytes
}

function Get-Refusal {
    # Why nothing may be written on this host, as one sentence; empty if it may.
    param ([string] $Folder)

    $blocked = Get-NativeRefusal
    if ($blocked) { return "This host forbids native calls, so values could not be put back as they were: $blocked" }
    if (-not (Test-Elevation)) { return 'This account is no administrator here, or not an elevated one: use another account or become.' }
    Get-FolderRefusal -Path $Folder
}

function Compare-Change {
    # Compares all operations and decides; the answer says how it stands. Returns those to carry out, none if it ends here.
    param ([object[]] $Operation, $Answer)

    for ($index = 0; $index -lt $Operation.Count; $index++) {
        Compare-Operation -Operation $Operation[$index] -Earlier @($Operation | Select-Object -First $index)
    }
    $failed = @($Operation | Where-Object -FilterScript { $_.Answer.status -ceq 'failed' })
    $needed = @($Operation | Where-Object -FilterScript { $_.IsNeeded })
    $moved = @($Operation | Where-Object -FilterScript { $null -ne $_.Found })
    if ($failed.Count) {
        $Answer.reason = "Nothing was written, because $($failed[0].Path) cannot be read: $($failed[0].Answer.text)"
    }
    elseif ($needed.Count -eq 0) {
        $Answer.status = 'unchanged'
    }
    elseif ($moved.Count) {
        $Answer.status = 'mismatch'
        $first = "$($moved[0].Path) $($moved[0].Name)"
        $Answer.reason = "Nothing was written, because $($moved.Count) of $($Operation.Count) targets are not what was expected, first $first"
        foreach ($item in $moved) {
            $item.Answer.status = 'mismatch'
            $item.Answer.Add('found', $item.Found)
        }
    }
    else {
        return $needed
    }
}

function Invoke-Write {
    # Carries out the operations in turn. Returns what failed, as a sentence, or nothing. Done gets every operation that was begun.
    param ([object[]] $Operation, [Collections.ArrayList] $Done)

    foreach ($item in $Operation) {
        $null = $Done.Add($item)
        try {
            $code = Invoke-Operation -Operation $item
            if ($code -ne 0) { Set-Failure -Operation $item -Code $code }
        }
        catch {
            $code = -1
            Set-Failure -Operation $item -Code 0 -Text $_.Exception.GetBaseException().Message
        }
        if ($code -ne 0) { return "$($item.Path) $($item.Name) could not be written: $($item.Answer.text)" }
        $item.Answer.status = 'written'
    }
    Save-Hive -Operation $Operation
}

function Save-Hive {
    # Returns what failed, as a sentence, or nothing.
    param ([object[]] $Operation)

    $hives = @($Operation | ForEach-Object -Process { ($_.Path -split '\\')[0..1] -join '\' } | Sort-Object -Unique)
    foreach ($hive in $hives) {
        $code = Save-RegistryHive -Path $hive
        if ($code -ne 0) { return "$hive could not be saved to disk: $(Get-WindowsErrorText -Code $code)" }
    }
}

function Undo-Write {
    # Puts back in reverse. Returns whether everything is as it was.
    param ([Collections.ArrayList] $Done)

    $isBack = $true
    for ($index = $Done.Count - 1; $index -ge 0; $index--) {
        $item = $Done[$index]
        $text = ''
        try { $code = Undo-Operation -Operation $item }
        catch { $code = -1; $text = $_.Exception.GetBaseException().Message }
        if ($code -ne 0) {
            $isBack = $false
            Set-Failure -Operation $item -Code ([Math]::Max(0, $code)) -Text $text
        }
        elseif ($item.Answer.status -ceq 'written') { $item.Answer.status = 'put_back' }
    }
    $isBack
}

function Invoke-Change {
    # The whole way from the first look to the closed journal. Everything it finds out is in the answer.
    param ([hashtable] $Argument, [object[]] $Operation, [bool] $IsCheck, $Answer)

    $folder = Get-ChangeFolder
    $base = "$folder\$($Argument.change)"
    $path = "$base.json"
    $what = 'the journal could not be'
    $revert = $Argument.revert
    if ($Argument.confirm) {
        try {
            if (-not $IsCheck) { $null = Invoke-RevertScript -Revert $revert -Base $base -Do @('confirmed', 'rolled_back')[$revert.rolled_back] }
            $Answer.status = 'written'
            $Answer.changed = $true
        }
        catch { $Answer.reason = "The timer of the change $($Argument.change) could not be ended: $($_.Exception.GetBaseException().Message)" }
        return
    }
    if ([IO.File]::Exists($path)) {
        $Answer.reason = "The change $($Argument.change) has a journal already ($path): use a new id."
        return
    }
    $needed = @(Compare-Change -Operation $Operation -Answer $Answer)
    if ($needed.Count -eq 0) { return }
    if ($IsCheck) {
        foreach ($item in $needed) { $item.Answer.status = 'written' }
        $Answer.status = 'written'
        $Answer.changed = $true
        return
    }
    $journal = [ordered]@{
        contract = 1; id = $Argument.change; state = 'open'; started = [DateTime]::UtcNow.ToFileTimeUtc().ToString(); closed = $null; boot = $Answer.boot
        computer = [Environment]::MachineName; meta = $Argument.meta; reboot_required = $Argument.reboot_required; operations = @()
    }
    if ($null -ne $revert) {
        # host_revert knows the beginning of the journal in this form only.
        $journal.Insert(6, 'revert', [ordered]@{
                task = "msexchange_tls-$($Argument.change)"; state = 'armed'; deadline = $null; after = $revert.after; after_boot = $revert.after_boot
                over_tls = $revert.over_tls; boot = $null; at = $null; restart = $false
            })
    }
    $planned = [Collections.Generic.HashSet[string]]::new([StringComparer]::OrdinalIgnoreCase)
    foreach ($item in $needed) {
        if ($item.After.Exists) { $item.Missing = @(Get-MissingKey -Path $item.Path | Where-Object -FilterScript { $planned.Add($_) }) }
    }
    try {
        if (-not [IO.Directory]::Exists($folder)) {
            $refusal = Initialize-ChangeFolder -Path $folder
            if ($refusal) { throw $refusal }
        }
        if ($null -ne $Argument.undo) {
            $unicode = [Text.Encoding]::Unicode
            Save-ChangeFile -Path "$base.reg" -Bytes ($unicode.GetPreamble() + $unicode.GetBytes($Argument.undo))
        }
        Save-Journal -Journal $journal -State 'open' -Operation $needed -Path $path
        if ($null -ne $revert) {
            $what = 'its timer could not be armed'
            $journal.revert.deadline = Invoke-RevertScript -Revert $revert -Base $base -Do 'arm'
            Save-Journal -Journal $journal -State 'open' -Operation $needed -Path $path
        }
    }
    catch {
        $Answer.reason = "Nothing was written, because ${what}: $($_.Exception.GetBaseException().Message)"
        # One that could not be armed is gone already.
        if ($journal['revert'] -and $journal.revert.deadline) { $Answer.reason += Stop-Revert -Revert $revert -Base $base }
        # A journal that is open would tell of a change that never began.
        foreach ($name in '.json', '.json.new', '.reg', '.reg.new', '.ps1', '.ps1.new', '.xml', '.xml.new') {
            try { [IO.File]::Delete("$base$name") }
            catch { $Answer.reason += "; remove $base$name" }
        }
        return
    }
    $Answer.journal = $path

    $done = [Collections.ArrayList]::new()
    $failure = Invoke-Write -Operation $needed -Done $done
    if (-not $failure) {
        try {
            Save-Journal -Journal $journal -State 'closed' -Operation $needed -Path $path
            $Answer.status = 'written'
            $Answer.changed = $true
            return
        }
        catch {
            $failure = "the journal could not be closed: $($_.Exception.GetBaseException().Message)"
        }
    }
    $isBack = Undo-Write -Done $done
    $Answer.status = if ($isBack) { 'put_back' } else { 'put_back_failed' }
    $Answer.changed = -not $isBack
    $Answer.reason = $(if ($isBack) { 'Everything was put back, because ' } else { 'NOT everything could be put back, after ' }) + $failure
    $failure = Save-Hive -Operation $needed
    if ($failure) { $Answer.reason += "; then $failure" }
    try { Save-Journal -Journal $journal -State $Answer.status -Operation $needed -Path $path }
    catch { $Answer.reason += "; then the journal could not be closed: $($_.Exception.GetBaseException().Message)" }
    # What could not be put back now may go back when its time has come.
    if ($isBack) { $Answer.reason += Stop-Revert -Revert $revert -Base $base }
}

function Invoke-RevertScript {
    # Saves host_revert beside the journal, byte by byte as it may be signed, and starts it there. Returns what it says, throws that if it failed.
    param ([hashtable] $Revert, [string] $Base, [string] $Do)

    Save-ChangeFile -Path "$Base.ps1" -Bytes ([Convert]::FromBase64String($Revert.script))
    if ($Do -ceq 'arm') { Save-ChangeFile -Path "$Base.xml" -Bytes ([Text.Encoding]::ASCII.GetBytes($Revert.task)) }
    # As its task will: by Windows PowerShell, or in its place the one that this runs in.
    $program = "$PSHOME\powershell.exe"
    if (-not [IO.File]::Exists($program)) { $program = "$([Environment]::SystemDirectory)\WindowsPowerShell\v1.0\powershell.exe" }
    $said = (@() | & $program -NoProfile -NonInteractive -ExecutionPolicy Bypass -File "$Base.ps1" -Change ([IO.Path]::GetFileName($Base)) -Do $Do) -join ' '
    if ($LASTEXITCODE -ne 0) { throw $said }
    $said
}

function Stop-Revert {
    # What went wrong, as the rest of a sentence. A timer that is left finds nothing to do and goes by itself.
    param ([hashtable] $Revert, [string] $Base)

    try { if ($null -ne $Revert) { $null = Invoke-RevertScript -Revert $Revert -Base $Base -Do 'disarm' } }
    catch { "; then its timer could not be removed: $($_.Exception.GetBaseException().Message)" }
}

function Invoke-Locked {
    # One writer per host. A mutex that its owner left behind when it died is ours.
    param ([scriptblock] $Action, $Answer)

    $mutex = $null
    $isOurs = $false
    try {
        try {
            $mutex = [Threading.Mutex]::new($false, 'Global\msexchange_tls')
            $isOurs = $mutex.WaitOne(0)
        }
        catch [Threading.AbandonedMutexException] {
            $isOurs = $true
        }
        catch {
            $Answer.reason = "The lock Global\msexchange_tls cannot be taken: $($_.Exception.GetBaseException().Message)"
            return
        }
        if ($isOurs) { & $Action }
        else { $Answer.reason = 'Another change is being written on this host: wait for its end, then look again at what is to be done.' }
    }
    finally {
        if ($isOurs) { $mutex.ReleaseMutex() }
        if ($null -ne $mutex) { $mutex.Dispose() }
    }
}

try {
    $argument = Resolve-Argument -Option $option -Value $complex_args
    Confirm-Request -Argument $argument
    $operation = @(for ($index = 0; $index -lt $argument.operations.Count; $index++) { ConvertTo-Operation -Given $argument.operations[$index] -Index $index })
    Confirm-Distinct -Operation $operation
    $answer = [ordered]@{
        contract = 1; changed = $false; change = $argument.change; status = 'refused'
        reason = Get-Refusal -Folder (Get-ChangeFolder)
        operations = @($operation | ForEach-Object -Process { $_.Answer }); journal = $null; boot = Get-BootTime; now = $null
    }
    if (-not $answer.reason) {
        # Whatever is not clearly "no" is check mode.
        $check = $complex_args['_ansible_check_mode']
        $work = @{ Argument = $argument; Operation = $operation; IsCheck = $null -ne $check -and $check -isnot [bool] -or $check; Answer = $answer }
        if ($work.IsCheck) { Invoke-Change @work }
        else { Invoke-Locked -Action { Invoke-Change @work } -Answer $answer }
    }
    $answer.now = [DateTime]::UtcNow.ToFileTimeUtc().ToString()
    $json = ConvertTo-ContractJson -Value $answer
}
catch {
    $json = ConvertTo-ContractJson -Value ([ordered]@{ contract = 1; changed = $false; failed = $true; msg = $_.Exception.GetBaseException().Message })
}
$json
