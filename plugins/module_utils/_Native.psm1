# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to msexchange.tls: used by its host_read and host_write only, may change at any time.

Set-StrictMode -Version 2.0

function New-NativeApi {
    <#
    .SYNOPSIS
    Makes a type whose static methods are functions of Windows, without a compiler: neither csc.exe nor a temporary file.
    .PARAMETER Function
    Dictionary: function name -> array of the library and the parameter types. Every function returns a 32-bit number.
    #>
    [OutputType([type])]
    param ([System.Collections.IDictionary] $Function)

    $name = 'MsExchangeTls' + [guid]::NewGuid().ToString('N')
    $identity = [System.Reflection.AssemblyName]::new($name)
    $assembly = [System.Reflection.Emit.AssemblyBuilder]::DefineDynamicAssembly($identity, 'Run')
    $builder = $assembly.DefineDynamicModule($name).DefineType($name, 'Public, Class')
    foreach ($entry in $Function.GetEnumerator()) {
        $library, $parameters = $entry.Value
        $method = $builder.DefinePInvokeMethod($entry.Key, $library, 'Public, Static, PinvokeImpl', 'Standard', [int],
            [type[]]@($parameters), 'Winapi', 'Unicode')
        $method.SetImplementationFlags('PreserveSig')
    }
    $builder.CreateType()
}

# The seam of the tests: they put a type of their own here, with the same static methods. Nothing that comes over the wire reaches it.
$script:Api = $null

function Get-BootTime {
    <#
    .SYNOPSIS
    The start of Windows as FILETIME in decimal, the same string as long as Windows runs; $null where native calls are blocked.
    #>
    [OutputType([string])]
    param ()

    try {
        if ($null -eq $script:Api) {
            $script:Api = New-NativeApi -Function @{
                NtQuerySystemInformation = @('ntdll.dll', [int], [byte[]], [int], [int].MakeByRefType())
            }
        }
        # SYSTEM_TIMEOFDAY_INFORMATION: BootTime at 0, BootTimeBias at 32. When the clock is set, Windows moves both; their difference stays.
        $information = [byte[]]::new(48)
        [int] $length = 0
        if ($script:Api::NtQuerySystemInformation(3, $information, 48, [ref]$length) -ne 0) {
            return $null
        }
        ([BitConverter]::ToInt64($information, 0) - [BitConverter]::ToInt64($information, 32)).ToString()
    }
    catch {
        $null
    }
}

Export-ModuleMember -Function New-NativeApi, Get-BootTime
