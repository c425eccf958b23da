using System.Globalization;
using System.Text.Json;
using Litestream.Fleet.Api;
using Litestream.Storage;

namespace Litestream.Contract.Drills;

/// <summary>What a drill found, put beside the replica that it is about: made once and never changed, readable without any fleet.</summary>
internal static class EvidenceFile
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Answers its full name. Throws <see cref="LitestreamException"/> when it could not be made: the proof stands all the same.</summary>
    public static async Task<string> LeaveAsync(IPlainFiles files, DrillEvidence evidence, CancellationToken stop)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"drills/{evidence.At.UtcDateTime:yyyyMMdd'T'HHmmss.fff'Z'}.json");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Limit);
        try
        {
            return await files.CreateAsync(name, JsonSerializer.SerializeToUtf8Bytes(evidence, FleetJson.Default.DrillEvidence), limit.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new LitestreamException($"{name} was not taken within {Limit.TotalSeconds:0} s");
        }
    }
}
