namespace Litestream;

/// <summary>Whether this host may go on with a chain that another one wrote, as somebody outside (a fleet's table) knows.</summary>
/// <param name="IsGranted">It may.</param>
/// <param name="IsKnown">False: there was no answer; it is asked again.</param>
/// <param name="Epoch">At least this one goes into what is written from here on; 0: the next behind the other writer's.</param>
/// <param name="Why">Why not, a sentence without its full stop.</param>
internal sealed record OwnershipAnswer(bool IsGranted, bool IsKnown, uint Epoch, string? Why)
{
    public static OwnershipAnswer Granted(uint epoch) => new(true, true, epoch, null);

    public static OwnershipAnswer Refused(string why) => new(false, true, 0, why);

    /// <summary>There is no answer; when to ask again, null for soon.</summary>
    public TimeSpan? AskAgain { get; private init; }

    public static OwnershipAnswer Unknown(string why, TimeSpan? askAgain = null) => new(false, false, 0, why) { AskAgain = askAgain };
}
