# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Takes one change back unless it was confirmed in time. host_write saves this file beside the journal of the change and starts it to arm
# (Do is arm); the task that this makes starts it as SYSTEM (revert), every few minutes and after a boot; host_write starts it to end the
# timer (disarm, confirmed, rolled_back). It writes only what the journal names, and only over what the change itself has left there.
# One file without modules, so that one signature is all it needs.

#Requires -Version 5.1

param ([string] $Change, [string] $Do = 'revert', [string] $Folder)

$ErrorActionPreference = 'Stop'

if ($ExecutionContext.SessionState.LanguageMode -ne 'FullLanguage') {
    'PowerShell runs in constrained language mode on this host: sign or allow host_revert.ps1'
    exit 1
}

Set-StrictMode -Version 2.0

$hives = @{ HKEY_LOCAL_MACHINE = [IntPtr]::new(-2147483646); HKEY_USERS = [IntPtr]::new(-2147483645) }
$view, $readAccess, $writeAccess = [uint32]0x100, [uint32]0x101, [uint32]0x103   # KEY_WOW64_64KEY; with KEY_QUERY_VALUE; with KEY_SET_VALUE
$moreData, $notEmpty, $invalidData, $registryPath = 234, 145, 13, '\A(HKEY_LOCAL_MACHINE|HKEY_USERS)(\\[^\\\0]{1,255})+\z'
$sameBoot, $second = 100000000, 10000000   # in units of 100 ns; two boots are never within ten seconds
$none = [IntPtr]::Zero

function New-NativeApi {
    # A type whose static methods are functions of Windows, made without a compiler: the registry of .NET repairs values that are malformed.
    $assembly = [Reflection.Emit.AssemblyBuilder]::DefineDynamicAssembly([Reflection.AssemblyName]::new('MsExchangeTls'), 'Run')
    $builder = $assembly.DefineDynamicModule('MsExchangeTls').DefineType('MsExchangeTls', 'Public, Class')
    $pointer, $number, $handle = [IntPtr], [uint32].MakeByRefType(), [IntPtr].MakeByRefType()
    $function = @{
        NtQuerySystemInformation = @([int], [byte[]], [int], $pointer)
        RegOpenKeyExW = @($pointer, [string], [uint32], [uint32], $handle)
        RegCreateKeyExW = @($pointer, [string], [uint32], $pointer, [uint32], [uint32], $pointer, $handle, $pointer)
        RegQueryInfoKeyW = @($pointer) * 4 + @($number, $pointer, $pointer, $number) + @($pointer) * 4
        RegQueryValueExW = @($pointer, [string], $pointer, $number, [byte[]], $number)
        RegSetValueExW = @($pointer, [string], [uint32], [uint32], [byte[]], [uint32])
        RegDeleteValueW = @($pointer, [string])
        RegDeleteKeyExW = @($pointer, [string], [uint32], [uint32])
        RegFlushKey = @($pointer)
        RegCloseKey = @($pointer)
    }
    foreach ($entry in $function.GetEnumerator()) {
        $library = if ($entry.Key.StartsWith('Nt', [StringComparison]::Ordinal)) { 'ntdll.dll' } else { 'advapi32.dll' }
        $method = $builder.DefinePInvokeMethod($entry.Key, $library, 'Public, Static, PinvokeImpl', 'Standard', [int], [type[]]$entry.Value, 'Winapi',
            'Unicode')
        $method.SetImplementationFlags('PreserveSig')
    }
    $builder.CreateType()
}

function Get-Clock {
    # BootTime: as host_write stamps it. Now: FILETIME as if nobody had set the clock since that boot. Uptime in units of 100 ns.
    # SYSTEM_TIMEOFDAY_INFORMATION: BootTime at 0, CurrentTime at 8, BootTimeBias at 32; setting the clock moves all three alike.
    $information = [byte[]]::new(48)
    if ($api::NtQuerySystemInformation(3, $information, 48, $none) -ne 0) { throw 'Windows does not say when it was started' }
    $boot, $now, $bias = foreach ($at in 0, 8, 32) { [BitConverter]::ToInt64($information, $at) }
    @{ BootTime = $boot - $bias; Now = $now - $bias; Uptime = $now - $boot }
}

function Test-NotFound {
    param ([int] $Code)

    @(2, 3, 1018) -contains $Code   # file not found, path not found, key marked for deletion
}

function Get-ErrorText {
    param ([int] $Code)

    [ComponentModel.Win32Exception]::new($Code).Message
}

function Use-Key {
    # Opens a key, or makes it with those above it, and returns what Action says of its handle, or the Windows error.
    param ([string] $Path, [uint32] $Access, [scriptblock] $Action, [switch] $Make)

    $hive, $rest = $Path -split '\\', 2
    [IntPtr] $handle = $none
    $code = if ($Make) { $api::RegCreateKeyExW($hives[$hive], $rest, 0, $none, 0, $Access, $none, [ref]$handle, $none) }
    else { $api::RegOpenKeyExW($hives[$hive], $rest, 0, $Access, [ref]$handle) }
    if ($code -ne 0) { return $code }
    try { & $Action $handle }
    finally { $null = $api::RegCloseKey($handle) }
}

function Read-Value {
    # Code (0, or the Windows error), Exists, Kind, Bytes. What does not exist is no error.
    param ([string] $Path, [string] $Name)

    $value = @{ Code = 0; Exists = $false; Kind = 0; Bytes = $null }
    $value.Code = Use-Key -Path $Path -Access $readAccess -Action {
        param ($Handle)
        [uint32] $kind = 0; [uint32] $size = 1024
        do {
            $data = [byte[]]::new($size)
            $code = $api::RegQueryValueExW($Handle, $Name, $none, [ref]$kind, $data, [ref]$size)
        } while ($code -eq $moreData)
        if ($code -eq 0) {
            $value.Exists = $true; $value.Kind = $kind; $value.Bytes = [byte[]]::new($size)
            [Buffer]::BlockCopy($data, 0, $value.Bytes, 0, $size)
        }
        $code
    }
    if (Test-NotFound -Code $value.Code) { $value.Code = 0 }
    $value
}

function Set-Value {
    # Brings a value to a state, its kind and bytes or its absence. Returns 0 or the Windows error.
    param ([string] $Path, [string] $Name, [hashtable] $State)

    if ($State.Exists) {
        # If a string has no terminator, Windows looks at the two bytes behind it and takes them for one if they are zero: let them not be.
        [byte[]] $padded = $State.Bytes + [byte[]]@(255, 255)
        return Use-Key -Make -Path $Path -Access $writeAccess -Action {
            param ($Handle)
            $api::RegSetValueExW($Handle, $Name, 0, $State.Kind, $padded, $State.Bytes.Length)
        }
    }
    $code = Use-Key -Path $Path -Access $writeAccess -Action { param ($Handle) $api::RegDeleteValueW($Handle, $Name) }
    if (Test-NotFound -Code $code) { 0 } else { $code }
}

function Remove-EmptyKey {
    # Deletes a key that holds nothing any more. Windows itself would delete its values with it.
    param ([string] $Path)

    $code = Use-Key -Path $Path -Access $readAccess -Action {
        param ($Handle)
        [uint32] $keys = 0; [uint32] $values = 0
        $code = $api::RegQueryInfoKeyW($Handle, $none, $none, $none, [ref]$keys, $none, $none, [ref]$values, $none, $none, $none, $none)
        if ($code -eq 0 -and ($keys -or $values)) { $notEmpty } else { $code }
    }
    if ($code -eq $notEmpty -or (Test-NotFound -Code $code)) { return 0 }
    if ($code -ne 0) { return $code }
    $hive, $rest = $Path -split '\\', 2
    $api::RegDeleteKeyExW($hives[$hive], $rest, $view, 0)
}

function Test-SameState {
    # Whether two states are equal, byte for byte.
    param ([hashtable] $One, [hashtable] $Other)

    if (-not $One.Exists -or -not $Other.Exists) { return $One.Exists -eq $Other.Exists }
    $One.Kind -eq $Other.Kind -and [Convert]::ToBase64String($One.Bytes) -ceq [Convert]::ToBase64String($Other.Bytes)
}

function Restore-Value {
    # Returns 0, the Windows error, or -1 if somebody changed the value since: then it stays. Look: writes nothing.
    param ([hashtable] $Operation, [switch] $Look)

    $path, $name = $Operation.Path, $Operation.Name
    if ($Operation.IsKey) { return $(if ($Look) { 0 } else { Use-Key -Make -Path $path -Access $readAccess -Action { 0 } }) }
    $now = Read-Value -Path $path -Name $name
    if ($now.Code -ne 0) { return $now.Code }
    $isBack = Test-SameState -One $now -Other $Operation.Before
    if (-not $isBack -and -not (Test-SameState -One $now -Other $Operation.After)) { return -1 }
    if ($Look) {
        $code = Use-Key -Path $path -Access $writeAccess -Action { 0 }
        return $(if (Test-NotFound -Code $code) { 0 } else { $code })
    }
    $code = 0
    if (-not $isBack) {
        $code = Set-Value -Path $path -Name $name -State $Operation.Before
        # What was not seen is not written.
        if ($code -eq 0 -and -not (Test-SameState -One (Read-Value -Path $path -Name $name) -Other $Operation.Before)) { $code = $invalidData }
    }
    for ($index = $Operation.Created.Count - 1; $code -eq 0 -and $index -ge 0; $index--) { $code = Remove-EmptyKey -Path $Operation.Created[$index] }
    $code
}

function Save-File {
    # So that after a loss of power there is either all of the new content or all of the old.
    param ([string] $Path, [byte[]] $Bytes)

    foreach ($step in @(@("$Path.new", 'Create', $Bytes), @($Path, 'Open', [byte[]]@()))) {
        $stream = [IO.FileStream]::new($step[0], $step[1], [IO.FileAccess]::Write, [IO.FileShare]::Read, 4096, [IO.FileOptions]::WriteThrough)
        try { $stream.Write($step[2], 0, $step[2].Length); $stream.Flush($true) }
        finally { $stream.Dispose() }
        if ([IO.File]::Exists("$Path.new")) { [IO.File]::Replace("$Path.new", $Path, [NullString]::Value) }
    }
}

function Invoke-Program {
    # What a program of Windows says. Whether it did what it should is looked at, not asked.
    param ([string] $Name, [string[]] $Argument)

    $program = "$([Environment]::SystemDirectory)\$Name"
    try { (@() | & $program $Argument 2>&1) -join ' ' }
    catch { $_.Exception.Message }
}

function Remove-Timer {
    $said = Invoke-Program -Name 'schtasks.exe' -Argument '/delete', '/f', '/tn', $task
    if ([IO.File]::Exists($stored)) { throw "the task $task cannot be removed: $said" }
    foreach ($end in '.ps1', '.xml') { [IO.File]::Delete("$base$end") }
}

function Read-Change {
    # The journal: Head (its beginning, in the one form that host_write writes), Text, Operations. Throws where anything else stands there.
    $text = [Text.Encoding]::ASCII.GetString([IO.File]::ReadAllBytes("$base.json"))
    $form = '\A\{{"contract":1,"id":"{0}","state":"(?<state>open|closed|put_back|put_back_failed|reverted)","started":"\d{{1,19}}",' +
    '"closed":(?<closed>null|"\d{{1,19}}"),"boot":"(?<boot>\d{{1,19}})","revert":\{{"task":"{1}",' +
    '"state":"(?<timer>armed|confirmed|reverted|rolled_back)","deadline":(null|"(?<deadline>\d{{1,19}})"),' +
    '"after":(?<after>\d{{1,9}}),"after_boot":(?<delay>\d{{1,9}}),"over_tls":(?<tls>true|false),' +
    '"boot":(null|"\d{{1,19}}"),"at":(null|"(?<at>\d{{1,19}})"),"restart":(true|false)\}},'
    $head = [regex]::Match($text, ($form -f $Change, $task))
    if (-not $head.Success) { throw 'it does not begin as host_write writes it' }
    $journal = ConvertFrom-Json -InputObject $text
    $operations = @(foreach ($item in $journal.operations) {
            $isKey = $item.op -ceq 'delete_key'
            if (@('set', 'delete_value', 'delete_key') -cnotcontains $item.op -or $item.path -notmatch $registryPath) { throw 'an operation is none' }
            if (-not $isKey -and $item.name -isnot [string]) { throw 'an operation has no name' }
            $states = foreach ($state in $item.before, $item.after) {
                if ($state.exists -isnot [bool]) { throw 'a value is neither there nor absent' }
                $found = @{ Exists = $state.exists; Kind = 0; Bytes = $null }
                if ($state.exists -and -not $isKey) { $found.Kind = [uint32]$state.kind; $found.Bytes = [Convert]::FromBase64String($state.data) }
                $found
            }
            foreach ($key in $item.created_keys) {
                if ($key -notmatch $registryPath -or -not "$($item.path)\".StartsWith("$key\", [StringComparison]::OrdinalIgnoreCase)) {
                    throw 'a key that was made is not above its value'
                }
            }
            @{ Path = $item.path; Name = $item.name; IsKey = $isKey; Before = $states[0]; After = $states[1]; Created = @($item.created_keys) }
        })
    @{ Head = $head; Text = $text; Operations = $operations; NeedsBoot = $journal.reboot_required -eq $true }
}

function Save-Change {
    # The same journal with other values in its head; nothing behind it is touched.
    param ([hashtable] $Record, [hashtable] $With)

    $head = $Record.Head.Value
    foreach ($entry in $With.GetEnumerator()) {
        # The last one of a name is that of the timer, but for the state of the change.
        $direction = if ($entry.Key -ceq 'state' -or $entry.Key -ceq 'closed') { 'None' } else { 'RightToLeft' }
        $name = $entry.Key -replace 'timer', 'state'
        $head = [regex]::new("`"$name`":[^,}]+", $direction).Replace($head, "`"$name`":$($entry.Value)", 1)
    }
    $bytes = [Text.Encoding]::ASCII.GetBytes($head + $Record.Text.Substring($Record.Head.Length))
    Save-File -Path "$base.json" -Bytes $bytes
}

function Get-FolderStamp {
    # Owner and access of the two folders that are ours, as one word. host_write looked at them, and at those above, before it armed.
    $text = foreach ($path in [IO.Path]::GetDirectoryName($base), [IO.Path]::GetDirectoryName([IO.Path]::GetDirectoryName($base))) {
        if ([IO.File]::GetAttributes($path) -band [IO.FileAttributes]::ReparsePoint) { throw "the folder $path leads elsewhere (a reparse point)" }
        [Security.AccessControl.DirectorySecurity]::new($path, 'Owner, Access').GetSecurityDescriptorSddlForm('Owner, Access')
    }
    [Convert]::ToBase64String([Text.Encoding]::ASCII.GetBytes($text -join ' '))
}

function Start-Timer {
    # Looks at everything that the way back will need, then makes the task; returns the deadline.
    $record = Read-Change
    foreach ($item in $record.Operations) {
        $code = Restore-Value -Operation $item -Look
        if ($code -gt 0) { throw "$($item.Path) $($item.Name) could not be put back: $(Get-ErrorText -Code $code)" }
    }
    $after = [long]$record.Head.Groups['after'].Value
    # Windows PowerShell, or in its place the one that this runs in.
    $program = "$PSHOME\powershell.exe"
    if (-not [IO.File]::Exists($program)) { $program = "$([Environment]::SystemDirectory)\WindowsPowerShell\v1.0\powershell.exe" }
    $argument = "-NoProfile -NonInteractive -ExecutionPolicy Bypass -File `"$base.ps1`" -Change $Change -Folder $(Get-FolderStamp)"
    $text = [IO.File]::ReadAllText("$base.xml")
    foreach ($entry in @{ program = $program; arguments = $argument; start = [DateTime]::UtcNow.AddSeconds($after).ToString('s') + 'Z' }.GetEnumerator()) {
        $text = $text.Replace("{$($entry.Key)}", [Security.SecurityElement]::Escape($entry.Value))
    }
    # schtasks takes UTF-16 only. The file stays as long as the task: to be read, and for a simulated host, whose scheduler is the lab.
    [IO.File]::WriteAllText("$base.xml", $text, [Text.Encoding]::Unicode)
    $said = Invoke-Program -Name 'schtasks.exe' -Argument '/create', '/tn', $task, '/xml', "$base.xml"
    if (-not [IO.File]::Exists($stored)) { throw "the task $task cannot be made: $said" }
    ((Get-Clock).Now + $after * $second).ToString()
}

function Stop-Timer {
    # Of a change that stays (confirmed), or that is gone by a later change (rolled_back).
    param ([string] $As)

    $record = Read-Change
    $at = $record.Head.Groups['at'].Value
    if ($at -and $As -ceq 'confirmed') {
        throw "it was taken back at $([DateTime]::FromFileTimeUtc([long]$at).ToString('s'))Z already, because nobody confirmed it in time"
    }
    # First the journal: a task that is left after a loss of power sees it and goes.
    if (-not $at) { Save-Change -Record $record -With @{ timer = "`"$As`"" } }
    Remove-Timer
}

function Test-RolledBack {
    # Whether a later change took this one back, as its journal says: the controller may have died before it ended this timer.
    $form = '\A\{{"contract":1,"id":"[a-z0-9-]+","state":"closed",.*"of":"([^"]* )?{0}( [^"]*)?"' -f $Change
    foreach ($path in [IO.Directory]::GetFiles([IO.Path]::GetDirectoryName($base), '*.json')) {
        if ([Text.Encoding]::ASCII.GetString([IO.File]::ReadAllBytes($path)) -cmatch $form) { return $true }
    }
    $false
}

function Test-Maintenance {
    # Whether Exchange is out of service, the DAG included; what is not recognised counts as in service.
    $components = 'HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\ExchangeServer\v15\ServerComponentStates'
    $needed = @('ServerWideOffline')
    if ((Use-Key -Path 'HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\ClusSvc' -Access $readAccess -Action { 0 }) -eq 0) {
        $needed += 'HighAvailability'
    }
    $out = @(foreach ($name in $needed) {
            foreach ($requester in 'Maintenance', 'Functional', 'HealthAPI', 'Sidelined', 'Deployment') {
                $value = Read-Value -Path "$components\$name" -Name $requester
                if ($value.Exists -and $value.Kind -eq 1 -and [Text.Encoding]::Unicode.GetString($value.Bytes) -cmatch '\A0*[1-9]\d*:0:') { $name; break }
            }
        })
    $out.Count -eq $needed.Count
}

function Write-Note {
    # For whoever looks at the console: in the log Application of Windows, and beside the journal.
    param ([string] $Text)

    try { [Diagnostics.EventLog]::WriteEntry('Application', "msexchange_tls: $Text", 'Warning') } catch { $null = $_ }
    try { [IO.File]::AppendAllText("$base.log", "$([DateTime]::UtcNow.ToString('s'))Z $Text`r`n") } catch { $null = $_ }
    $Text
}

function Invoke-Revert {
    # What the task is for. Whatever goes wrong now is tried again when the task starts next.
    if ((Get-FolderStamp) -cne $Folder) { throw 'the folder of the changes is not as it was when the timer was armed, so nothing in it is believed' }
    try { $record = if ([IO.File]::Exists("$base.json")) { Read-Change } }
    catch [IO.IOException], [UnauthorizedAccessException] { throw }
    catch {
        Remove-Timer
        return Write-Note -Text "The change $Change was NOT taken back and nothing was written: its journal cannot be understood ($_)."
    }
    # Nothing to take back: never begun, put back at once, confirmed.
    if ($null -eq $record -or $record.Head.Groups['timer'].Value -cne 'armed' -or $record.Head.Groups['state'].Value -ceq 'put_back') { return Remove-Timer }
    if (Test-RolledBack) { return Stop-Timer -As 'rolled_back' }
    $clock = Get-Clock
    $boot, $after, $delay, $deadline = foreach ($name in 'boot', 'after', 'delay', 'deadline') { [long]('0' + $record.Head.Groups[$name].Value) }
    $isLater = [Math]::Abs($boot - $clock.BootTime) -gt $sameBoot
    # Within one boot time is counted without the clock. After another one it also runs from the boot: then a clock that was put back cannot stop it.
    $isDue = $deadline -and $clock.Now -ge $deadline
    if ($isLater) { $isDue = $isDue -or $clock.Uptime -ge $after * $second -or ($delay -and $clock.Uptime -ge $delay * $second) }
    if (-not $isDue) { return }
    $left = @()
    for ($index = $record.Operations.Count - 1; $index -ge 0; $index--) {
        $item = $record.Operations[$index]
        $code = Restore-Value -Operation $item
        if ($code -eq -1) { $left += "$($item.Path) $($item.Name)" }
        elseif ($code -ne 0) { throw "$($item.Path) $($item.Name) cannot be put back now: $(Get-ErrorText -Code $code)" }
    }
    foreach ($hive in ($record.Operations | ForEach-Object -Process { ($_.Path -split '\\')[0..1] -join '\' } | Sort-Object -Unique)) {
        $null = Use-Key -Path $hive -Access $writeAccess -Action { param ($Handle) $api::RegFlushKey($Handle) }
    }
    # A service that runs since before the change never knew it. One that started with it may have cut off whoever would manage this host.
    $restart = $record.NeedsBoot -and ((Test-Maintenance) -or ($isLater -and $record.Head.Groups['tls'].Value -ceq 'true'))
    $now = [DateTime]::UtcNow.ToFileTimeUtc()
    $with = @{ state = '"reverted"'; timer = '"reverted"'; boot = "`"$($clock.BootTime)`""; at = "`"$now`""; restart = "$restart".ToLowerInvariant() }
    if ($record.Head.Groups['closed'].Value -ceq 'null') { $with.closed = "`"$now`"" }
    Save-Change -Record $record -With $with
    Remove-Timer
    $what = if ($left) { "; left alone, because somebody changed them since: $($left -join ', ')" } else { '' }
    $next = if ($restart) { ' Windows restarts in a minute.' } elseif ($record.NeedsBoot) { ' A restart is owed.' } else { '' }
    Write-Note -Text "The change $Change was not confirmed in time and was taken back$what.$next"
    if ($restart) { $null = Invoke-Program -Name 'shutdown.exe' -Argument '/r', '/t', '60', '/c', 'TLS settings that nobody confirmed were taken back' }
}

$task = "msexchange_tls-$Change"
$stored = "$([Environment]::SystemDirectory)\Tasks\$task"
$base = "$([Environment]::GetFolderPath('CommonApplicationData'))\msexchange_tls\changes\$Change"
$mutex, $isOurs = $null, $false
try {
    $api = New-NativeApi
    if ($Change -cnotmatch '\A[a-z0-9][a-z0-9-]{7,63}\z') { throw 'a change has an id of 8 to 64 of a-z, 0-9 and -' }
    # For everything else host_write holds the lock.
    if ($Do -ceq 'revert') {
        $mutex = [Threading.Mutex]::new($false, 'Global\msexchange_tls')
        try { $isOurs = $mutex.WaitOne(60000) } catch [Threading.AbandonedMutexException] { $isOurs = $true }
        if (-not $isOurs) { exit 0 }
    }
    switch -CaseSensitive ($Do) {
        'arm' { try { Start-Timer } catch { try { Remove-Timer } catch { $null = $_ }; throw } }
        'disarm' { Remove-Timer }
        'confirmed' { Stop-Timer -As $Do }
        'rolled_back' { Stop-Timer -As $Do }
        'revert' { Invoke-Revert }
        default { throw "$Do is nothing that this script does" }
    }
    exit 0
}
catch {
    $text = $_.Exception.GetBaseException().Message
    if ($Do -ceq 'revert') { Write-Note -Text "The change $Change could not be taken back: $text" } else { $text }
    exit 1
}
finally {
    if ($isOurs) { $mutex.ReleaseMutex() }
}
