using Litestream.Fleet.Items;

namespace Litestream.Fleet;

/// <summary>The closed list of a host's <c>liveness</c>: computed by whoever reads its digest, never written.</summary>
public static class LivenessWords
{
    /// <summary>Heard of in time.</summary>
    public const string Live = "live";

    /// <summary>Silent for more than <see cref="LateIntervals"/> intervals.</summary>
    public const string Late = "late";

    /// <summary>Silent for more than <see cref="LostIntervals"/> intervals: what it says of its tenants is what was, not what is.</summary>
    public const string Lost = "lost";

    /// <summary>It said that it ends.</summary>
    public const string Stopped = "stopped";

    /// <summary>There is no digest that says anything, or its host's clock is so far ahead that its age cannot be told.</summary>
    public const string Unknown = "unknown";

    public const int LateIntervals = 3;
    public const int LostIntervals = 10;

    public static IReadOnlyList<string> All { get; } = [Live, Late, Lost, Stopped, Unknown];

    /// <summary>
    /// Clocks differ: a digest from the near future is as good as a new one. From further ahead than a host may be silent it says nothing: its host could be
    /// gone for all that time, and look alive.
    /// </summary>
    /// <param name="digest">Null: there is none.</param>
    /// <param name="now">The reader's clock.</param>
    public static string Of(HostDigest? digest, DateTimeOffset now)
    {
        if (digest is not { IntervalSeconds: > 0 })
            return Unknown;
        if (digest.State is HostStates.Stopped or HostStates.StoppedEarly)
            return Stopped;
        var intervals = (now - digest.At).TotalSeconds / digest.IntervalSeconds;
        return intervals switch
        {
            > LostIntervals => Lost,
            > LateIntervals => Late,
            >= -LostIntervals => Live,
            _ => Unknown,
        };
    }
}
