# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to msexchange.tls: the data of registry values, from the bytes of Windows to the plain form of the contract.

Set-StrictMode -Version 2.0

function ConvertFrom-Utf16 {
    <#
    .SYNOPSIS
    Count UTF-16 units as a string, unit by unit: Encoding.Unicode would replace a lone half of a surrogate pair.
    #>
    [OutputType([string])]
    param ([byte[]] $Bytes, [int] $Count)

    $units = [char[]]::new($Count)
    [Buffer]::BlockCopy($Bytes, 0, $units, 0, 2 * $Count)
    [string]::new($units)
}

$script:LoneSurrogate = '[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]'

function ConvertTo-RegistryData {
    <#
    .SYNOPSIS
    Kind and bytes as the contract has them: kind, data and, if data is base64, raw. Only bytes that come back the same from the plain
    form get it: everything malformed, and every kind that has no plain form, is base64.
    #>
    param ([long] $Kind, [byte[]] $Bytes)

    $size = $Bytes.Length
    $plain = $null
    if ($Kind -eq 4 -and $size -eq 4) {
        $plain = [long][BitConverter]::ToUInt32($Bytes, 0)
    }
    elseif ($Kind -eq 11 -and $size -eq 8) {
        $plain = [BitConverter]::ToUInt64($Bytes, 0).ToString()
    }
    elseif (@(1, 2, 7) -contains $Kind -and $size -ge 2 -and $size % 2 -eq 0) {
        $text = ConvertFrom-Utf16 -Bytes $Bytes -Count ($size / 2)
        if ($text -notmatch $script:LoneSurrogate) {
            if ($Kind -ne 7 -and $text.IndexOf([char]0) -eq $text.Length - 1) {
                $plain = $text.Substring(0, $text.Length - 1)
            }
            # What .NET writes for an empty list is the terminator of the list alone.
            elseif ($Kind -eq 7 -and $text -match '\A([^\0]+\0)*\0\z') {
                $plain = @($text.Split([char[]]@([char]0), [StringSplitOptions]::RemoveEmptyEntries))
            }
        }
    }
    if ($null -ne $plain) {
        return [ordered]@{ kind = $Kind; data = $plain }
    }
    [ordered]@{ kind = $Kind; data = [Convert]::ToBase64String($Bytes); raw = $true }
}

Export-ModuleMember -Function ConvertFrom-Utf16, ConvertTo-RegistryData
