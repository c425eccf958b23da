using Litestream.Fleet.Items;

namespace Litestream.Agent.RemoteCommands;

/// <summary>How a tenant comes here.</summary>
/// <param name="Release">What its former host did, which lives; null: that one is gone.</param>
/// <param name="BegunAt">When this host knew that nobody had it any more, or began: a timestamp of its clock.</param>
/// <param name="IsWanted">Be its owner lost or not.</param>
internal sealed record Arrival(CommandRecord? Release, long BegunAt, bool IsWanted)
{
    /// <summary>Its file has its name here: what fails from then on does not take it away again.</summary>
    public bool IsHere { get; set; }
}
