using Litestream.Fleet.Items;

namespace Litestream.Agent.RemoteCommands;

/// <summary>How a tenant comes here.</summary>
/// <param name="Release">What its former host did, which lives; null: that one is gone.</param>
/// <param name="BegunAt">When this host knew that nobody had it any more, or began: a timestamp of its clock.</param>
/// <param name="IsWanted">Be its owner lost or not.</param>
internal sealed record Arrival(CommandRecord? Release, long BegunAt, bool IsWanted)
{
    /// <summary>Of a move, when its former host has let it go; what comes before is the larger part.</summary>
    public const int PercentLetGo = 60;

    /// <summary>Of the whole command, which never seems to go back.</summary>
    /// <param name="percent">Of what is done since <see cref="BegunAt"/>.</param>
    public int PercentOf(int percent) => Release is null ? percent : PercentLetGo + (percent * (100 - PercentLetGo) / 100);

    /// <summary>Its file has its name here: what fails from then on does not take it away again.</summary>
    public bool IsHere { get; set; }
}
