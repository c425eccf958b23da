using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Cloud.Drills;

/// <summary>Which slices of the GUID space are due, in which order. Pure.</summary>
internal static class SliceChoice
{
    /// <param name="known">Those that were ever visited or claimed.</param>
    /// <param name="visitEvery">How often each is.</param>
    /// <param name="now">The worker's clock.</param>
    /// <param name="begin">Of slices that wait equally long the first: of two workers each begins elsewhere.</param>
    public static IReadOnlyList<SliceRecord> Due(IEnumerable<SliceRecord> known, TimeSpan visitEvery, DateTimeOffset now, int begin)
    {
        var byNumber = known.ToDictionary(s => s.Slice);
        return [.. Enumerable.Range(0, FleetKeys.Slices).Select(i => byNumber.GetValueOrDefault(i) ?? new() { Slice = i })
            .Where(s => IsAbandoned(s, now) || (s.ClaimedUntil is null && (s.VisitedAt is not { } visited || now - visited >= visitEvery)))
            // What somebody began and did not end comes first.
            .OrderByDescending(s => IsAbandoned(s, now)).ThenBy(s => s.VisitedAt ?? DateTimeOffset.MinValue).ThenBy(s => (s.Slice - begin + FleetKeys.Slices) % FleetKeys.Slices)];
    }

    private static bool IsAbandoned(SliceRecord slice, DateTimeOffset now) => slice.ClaimedUntil < now;
}
