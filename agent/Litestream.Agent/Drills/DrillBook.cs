using System.Collections.Concurrent;
using Litestream.Agent.Requests;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Agent.Drills;

/// <summary>
/// What the drills of this host came to, whoever asked for them: of each tenant the last, the last that passed, and the failure that stands. A line for each drill
/// in a file of the state folder, so that a restart neither forgets a failure nor begins the round anew; written anew when most of its lines are superseded.
/// </summary>
internal sealed class DrillBook : IAsyncDisposable
{
    public const string FileName = "drills.jsonl";

    private const int LeastLines = 1000;

    /// <summary>A tenant that was not drilled for so long is gone.</summary>
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(400);

    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<Guid, DrillState> _tenants = [];
    private readonly ItemFile _file;
    private readonly ILogger _logger;
    private int _lines;
    private int _failures;

    public DrillBook(string stateFolder, TimeProvider time, ILogger logger)
    {
        (_file, _logger) = (new(Path.Combine(stateFolder, FileName)), logger);
        var oldest = time.GetUtcNow() - KeptFor;
        foreach (var item in _file.Read())
        {
            if (TryRead(item) is { } proof && proof.At > oldest)
                Keep(proof);
            _lines++;
        }
    }

    /// <summary>When somebody last drilled anything here; null: never.</summary>
    public DateTimeOffset? LastAt { get; private set; }

    public bool HasFailures => Volatile.Read(ref _failures) > 0;

    public bool IsEmpty => _tenants.IsEmpty;

    public DrillState? Find(Guid tenant) => _tenants.GetValueOrDefault(tenant);

    /// <summary>Stands from now on. A disk that does not take it loses it with the next restart only.</summary>
    public void Note(ProofRecord proof)
    {
        lock (_lock)
        {
            Keep(proof);
            try
            {
                _file.Append(ProofItem.Write(proof));
                if (++_lines > LeastLines + (4 * _tenants.Count))
                    Shrink();
            }
            catch (Exception full) when (full is IOException or UnauthorizedAccessException)
            {
                _logger.DrillNotWritten(proof.Tenant, full.Message);
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        _file.Dispose();
        return default;
    }

    private void Keep(ProofRecord proof)
    {
        var before = _tenants.GetValueOrDefault(proof.Tenant);
        var now = DrillState.With(before, proof);
        _tenants[proof.Tenant] = now;
        _failures += (now.Failure is null ? 0 : 1) - (before?.Failure is null ? 0 : 1);
        if (LastAt is not { } last || proof.At > last)
            LastAt = proof.At;
    }

    private void Shrink()
    {
        var kept = _tenants.Values.SelectMany(s => s.Known).OrderBy(p => p.At).Select(ProofItem.Write).ToList();
        _file.Replace(kept);
        _lines = kept.Count;
    }

    private static ProofRecord? TryRead(Item item)
    {
        try
        {
            return ProofItem.Read(item);
        }
        catch (MalformedItemException)
        {
            return null; // of a later version, or of a disk that lost a piece: the next drill writes a new one
        }
    }
}
