# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Connects to ports of this machine as a program does that leaves the choice of the TLS version to the system, and prints for every port
# the version that was agreed on, or $null. Schannel reads the registry once in a process, so every state needs a run of its own.

# Numbers with commas between them.
param ([string] $Port)

$ErrorActionPreference = 'Stop'

# Accepts every certificate. Not a script block: it would have no runspace on the thread that calls it.
$types = [object], [System.Security.Cryptography.X509Certificates.X509Certificate], [System.Security.Cryptography.X509Certificates.X509Chain],
    [System.Net.Security.SslPolicyErrors]
$yes = [System.Reflection.Emit.DynamicMethod]::new('Yes', [bool], [type[]]$types)
$code = $yes.GetILGenerator()
$code.Emit([System.Reflection.Emit.OpCodes]::Ldc_I4_1)
$code.Emit([System.Reflection.Emit.OpCodes]::Ret)
$accept = $yes.CreateDelegate([System.Net.Security.RemoteCertificateValidationCallback])

$answers = [ordered]@{}
foreach ($number in [int[]]$Port.Split(',')) {
    $client = [System.Net.Sockets.TcpClient]::new('127.0.0.1', $number)
    $stream = [System.Net.Security.SslStream]::new($client.GetStream(), $false, $accept)
    try {
        $stream.AuthenticateAsClient('wire.example')
        $answers["$number"] = @{ version = "$($stream.SslProtocol)" }
    }
    catch {
        $answers["$number"] = @{ version = $null; reason = $_.Exception.GetBaseException().Message }
    }
    finally {
        $stream.Dispose()
        $client.Dispose()
    }
}
ConvertTo-Json -InputObject $answers -Compress
