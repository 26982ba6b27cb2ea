# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

<#
.SYNOPSIS
A TLS server on Schannel for the tests of the prober: system default versions, one connection after the other.
.DESCRIPTION
A new process obeys the registry as it is now; so it is started again after every change of a setting. Ends by itself after the given time. Not run yet.
#>
param (
    [int] $Port = 8443,
    [int] $Seconds = 600
)

$ErrorActionPreference = 'Stop'

$subject = 'CN=msexchange-tls-schannel-server'
$certificate = Get-ChildItem -LiteralPath Cert:\LocalMachine\My | Where-Object { $_.Subject -eq $subject } | Select-Object -First 1
if ($null -eq $certificate) {
    # Schannel signs with the key in any version of TLS only if its provider can: the old one for RSA serves all of them.
    $arguments = @{ Subject = $subject; CertStoreLocation = 'Cert:\LocalMachine\My'; KeySpec = 'KeyExchange'
        Provider = 'Microsoft RSA SChannel Cryptographic Provider'
    }
    $certificate = New-SelfSignedCertificate @arguments
}

$listener = New-Object -TypeName System.Net.Sockets.TcpListener -ArgumentList ([System.Net.IPAddress]::Loopback), $Port
$listener.Start()
$end = [DateTime]::UtcNow.AddSeconds($Seconds)
try {
    while ([DateTime]::UtcNow -lt $end) {
        if (-not $listener.Pending()) {
            Start-Sleep -Milliseconds 5
            continue
        }
        $client = $listener.AcceptTcpClient()
        try {
            $client.ReceiveTimeout = 5000
            $stream = New-Object -TypeName System.Net.Security.SslStream -ArgumentList $client.GetStream(), $false
            $stream.AuthenticateAsServer($certificate, $false, [System.Security.Authentication.SslProtocols]::None, $false)
        }
        catch {
            # Most hellos of a prober are refused on purpose.
            $null = $_
        }
        finally {
            $client.Close()
        }
    }
}
finally {
    $listener.Stop()
}
