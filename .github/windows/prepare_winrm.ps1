# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

<#
.SYNOPSIS
Opens WinRM over https on a machine that is thrown away afterwards, and writes the inventory for it.
.DESCRIPTION
A new administrator with a random password, a self-signed certificate, NTLM. Nothing of it leaves the machine. Not run yet.
#>
param (
    [Parameter(Mandatory = $true)] [ValidateSet('winrm', 'psrp')] [string] $Connection,
    [Parameter(Mandatory = $true)] [string] $Inventory
)

$ErrorActionPreference = 'Stop'

$name = 'msexchangetls'
# 32 characters of 64, and one of every class that the rules of Windows ask for.
$bytes = New-Object -TypeName byte[] -ArgumentList 24
$random = [System.Security.Cryptography.RandomNumberGenerator]::Create()
$random.GetBytes($bytes)
$password = 'aA1-' + [Convert]::ToBase64String($bytes)
Write-Output "::add-mask::$password"

$secret = New-Object -TypeName System.Security.SecureString
foreach ($character in $password.ToCharArray()) { $secret.AppendChar($character) }
New-LocalUser -Name $name -Password $secret | Out-Null
Add-LocalGroupMember -SID S-1-5-32-544 -Member $name
# A local administrator gets no full rights over the network otherwise.
$system = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System'
New-ItemProperty -LiteralPath $system -Name LocalAccountTokenFilterPolicy -Value 1 -PropertyType DWord -Force | Out-Null

Enable-PSRemoting -Force -SkipNetworkProfileCheck
$certificate = New-SelfSignedCertificate -DnsName localhost -CertStoreLocation Cert:\LocalMachine\My
$listener = @{ Path = 'WSMan:\localhost\Listener'; Transport = 'HTTPS'; Address = '*'; CertificateThumbPrint = $certificate.Thumbprint; Force = $true }
New-Item @listener | Out-Null

$variables = if ($Connection -eq 'psrp') {
    @{ ansible_connection = 'psrp'; ansible_psrp_protocol = 'https'; ansible_psrp_auth = 'ntlm'; ansible_psrp_cert_validation = 'ignore' }
}
else {
    @{ ansible_connection = 'winrm'; ansible_winrm_scheme = 'https'; ansible_winrm_transport = 'ntlm'; ansible_winrm_server_cert_validation = 'ignore' }
}
$variables += @{ ansible_host = '127.0.0.1'; ansible_port = 5986; ansible_user = $name; ansible_password = $password }
# JSON is YAML.
@{ all = @{ hosts = @{ runner = $variables } } } | ConvertTo-Json -Depth 5 | Set-Content -LiteralPath $Inventory -Encoding ASCII
