# Copyright (c) 2026 msexchange.tls contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Says of every script that is named, as one line of JSON: what the real parser thinks of it, and what it uses.

$ErrorActionPreference = 'Stop'

function Find-Node {
    param ($Ast, [string[]] $Kind)

    $Ast.FindAll({ param ($node) $Kind -contains $node.GetType().Name }, $true)
}

foreach ($path in $args) {
    $tokens = $null; $problems = $null
    $ast = [System.Management.Automation.Language.Parser]::ParseFile($path, [ref]$tokens, [ref]$problems)
    $commands = foreach ($node in (Find-Node -Ast $ast -Kind 'CommandAst')) {
        $elements = @($node.CommandElements | Select-Object -Skip 1)
        $named = @($elements | Where-Object { $_ -is [System.Management.Automation.Language.CommandParameterAst] })
        # A parameter without a colon takes the element behind it, unless that is a parameter too, or it is a switch.
        [ordered]@{
            name = $node.GetCommandName(); line = $node.Extent.StartLineNumber; parameters = @($named | ForEach-Object { $_.ParameterName })
            splatted = [bool]@($elements | Where-Object { $_ -is [System.Management.Automation.Language.VariableExpressionAst] -and $_.Splatted })
            values = $elements.Count - $named.Count
        }
    }
    $newer = foreach ($node in (Find-Node -Ast $ast -Kind 'TernaryExpressionAst', 'PipelineChainAst', 'FunctionMemberAst', 'TypeDefinitionAst', 'UsingStatementAst')) {
        "$($node.Extent.StartLineNumber): $($node.GetType().Name)"
    }
    $newer = @($newer) + @($tokens | Where-Object { $_.Kind -in 'QuestionQuestion', 'QuestionQuestionEquals', 'QuestionDot', 'QuestionLBracket', 'AndAnd', 'OrOr', 'QuestionMark', 'Clean' } |
            ForEach-Object { "$($_.Extent.StartLineNumber): $($_.Kind)" })
    $members = foreach ($node in (Find-Node -Ast $ast -Kind 'InvokeMemberExpressionAst', 'MemberExpressionAst')) {
        $owner = ''
        if ($node.Static) { $owner = if ($node.Expression -is [System.Management.Automation.Language.TypeExpressionAst]) { $node.Expression.TypeName.FullName } else { '$' } }
        [ordered]@{ owner = $owner; name = "$($node.Member.Value)"; method = $node.GetType().Name -eq 'InvokeMemberExpressionAst'; line = $node.Extent.StartLineNumber }
    }
    $table = Find-Node -Ast $ast -Kind 'AssignmentStatementAst' | Where-Object { $_.Left.Extent.Text -eq '$option' } | Select-Object -First 1
    [ordered]@{
        path = $path
        errors = @($problems | ForEach-Object { "$($_.Extent.StartLineNumber): $($_.Message)" })
        newer = @($newer | Where-Object { $_ })
        commands = @($commands)
        functions = @((Find-Node -Ast $ast -Kind 'FunctionDefinitionAst').Name)
        types = @((Find-Node -Ast $ast -Kind 'TypeExpressionAst', 'TypeConstraintAst').TypeName.FullName | Sort-Object -Unique)
        members = @($members)
        keys = @((Find-Node -Ast $ast -Kind 'HashtableAst').KeyValuePairs.Item1.Extent.Text | Sort-Object -Unique)
        semicolons = @($tokens | Where-Object { $_.Kind -eq 'Semi' } | ForEach-Object { $_.Extent.StartLineNumber })
        option = $(if ($table) { $table.Right.Expression.SafeGetValue() } else { $null })
    } | ConvertTo-Json -Depth 20 -Compress
}
