namespace Litestream.Fleet.Table;

/// <summary>
/// Makes ids, each above the one before it, also within a millisecond and when the clock goes back; then with room between them for those that a job's commands
/// have (<see cref="Ulid.Plus"/>). Safe from any thread.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="random">For the lower bits; used under a lock.</param>
public sealed class UlidSource(TimeProvider time, Random random)
{
    private const uint Gap = 1 << 16;

    private readonly Lock _lock = new();
    private Ulid _last;

    public Ulid Next()
    {
        lock (_lock)
        {
            Span<byte> bits = stackalloc byte[10];
            random.NextBytes(bits);
            UInt128 low = 0;
            foreach (var b in bits)
                low = (low << 8) | b;
            var next = new Ulid(Ulid.First(time.GetUtcNow()).Value | low);
            return _last = next > _last ? next : new(_last.Value + Gap);
        }
    }
}
