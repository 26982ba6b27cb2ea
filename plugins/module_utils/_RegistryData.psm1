# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to msexchange.tls: the data of registry values, between the bytes of Windows and the plain form of the contract.

Set-StrictMode -Version 2.0

function ConvertFrom-Utf16 {
    <#
    .SYNOPSIS
    Count UTF-16 units as a string, unit by unit: Encoding.Unicode would replace a lone half of a surrogate pair.
    #>
    [OutputType([string])]
    param ([byte[]] $Bytes, [int] $Count)

    $units = New-Object -TypeName char[] -ArgumentList $Count
    [Buffer]::BlockCopy($Bytes, 0, $units, 0, 2 * $Count)
    New-Object -TypeName string -ArgumentList (, $units)
}

$script:LoneSurrogate = '[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]'

function ConvertTo-RegistryData {
    <#
    .SYNOPSIS
    Kind and bytes as the contract has them: kind, data and, if data is base64, raw. Only bytes that come back the same from the plain
    form get it: everything malformed, and every kind that has no plain form, is base64.
    #>
    param (
        [Parameter(Mandatory = $true)] [long] $Kind,
        [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [byte[]] $Bytes
    )

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

function ConvertFrom-RegistryData {
    <#
    .SYNOPSIS
    The bytes that kind and data of the contract stand for; throws half a sentence about what data must be.
    #>
    param (
        [Parameter(Mandatory = $true)] [long] $Kind,
        [AllowNull()] $Data,
        [bool] $Raw
    )

    if ($Raw) {
        if ($Data -isnot [string]) { throw 'must be base64' }
        try { [byte[]] $bytes = [Convert]::FromBase64String($Data) }
        catch { throw 'must be base64' }
        return , $bytes
    }
    $text = $null
    if ($Kind -eq 4) {
        if (-not ($Data -is [int] -or $Data -is [long]) -or $Data -lt 0 -or $Data -gt 4294967295) { throw 'must be a number from 0 to 4294967295' }
        return , [BitConverter]::GetBytes([uint32]$Data)
    }
    if ($Kind -eq 11) {
        [uint64] $number = 0
        if ($Data -isnot [string] -or $Data -notmatch '\A(0|[1-9][0-9]{0,19})\z' -or -not [uint64]::TryParse($Data, [ref]$number)) {
            throw 'must be a number from 0 to 18446744073709551615 in a string'
        }
        return , [BitConverter]::GetBytes($number)
    }
    if ($Kind -eq 1 -or $Kind -eq 2) {
        if ($Data -isnot [string] -or $Data.IndexOf([char]0) -ge 0 -or $Data -match $script:LoneSurrogate) {
            throw 'must be a string of whole characters without NUL'
        }
        $text = $Data + [char]0
    }
    elseif ($Kind -eq 7) {
        if ($Data -isnot [System.Collections.IList]) { throw 'must be a list of strings' }
        foreach ($item in $Data) {
            if ($item -isnot [string] -or -not $item -or $item.IndexOf([char]0) -ge 0 -or $item -match $script:LoneSurrogate) {
                throw 'must be a list of strings, none of them empty or with NUL or half a character'
            }
        }
        $text = (@($Data | ForEach-Object -Process { $_ + [char]0 }) -join '') + [char]0
    }
    else {
        throw 'of this kind must be base64, with raw: true'
    }
    , [System.Text.Encoding]::Unicode.GetBytes($text)
}

Export-ModuleMember -Function ConvertFrom-Utf16, ConvertTo-RegistryData, ConvertFrom-RegistryData
