using Litestream.Restore;

namespace Litestream.Agent.Commands;

/// <summary>What one call of <c>litestream restore</c> asks for.</summary>
internal sealed record RestoreRequest(string Url, RestoreOptions Options)
{
    /// <summary>Without <c>-o</c>, which only a dry run may leave out, nothing can be said about the output.</summary>
    public required bool HasOutput { get; init; }

    /// <summary>Null: restore once.</summary>
    public TimeSpan? FollowEvery { get; init; }

    public bool DryRun { get; init; }

    public bool Json { get; init; }

    public bool IfDatabaseNotExists { get; init; }

    public bool IfReplicaExists { get; init; }
}
