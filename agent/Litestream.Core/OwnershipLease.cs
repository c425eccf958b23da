namespace Litestream;

/// <summary>
/// Somebody outside (a fleet's table) has to hear of this host now and then, or takes it for lost and has another one take its databases over. Past that the store
/// looks at a replica before it publishes there, once for each length of the lease, and goes on if nobody else wrote: that nobody hears of it alone never stops it.
/// </summary>
/// <param name="Length">How long it may be silent. Positive.</param>
/// <param name="IsPast">Whether it has been silent for longer. Asked before every publish, by any thread; must count the time that a machine sleeps.</param>
public sealed record OwnershipLease(TimeSpan Length, Func<bool> IsPast);
