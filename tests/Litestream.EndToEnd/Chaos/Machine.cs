using System.Buffers.Binary;
using Litestream.EndToEnd.Programs;
using Litestream.Tests.Needs;

namespace Litestream.EndToEnd.Chaos;

/// <summary>What this machine allows to be done to agents.</summary>
internal sealed class Machine : IDisposable
{
    private const string Superpowers = "-dac_override,-dac_read_search";
    private static readonly CompiledLibrary StepClock = new("Chaos", "step_clock");
    private string? _clock;

    /// <summary>A state directory that is soon full; null where mounting is not allowed.</summary>
    public SmallFileSystem? SmallDisk { get; } = SmallFileSystem.CanMount ? new(256) : null;

    /// <summary>Words that start a program as one for which permissions count, although it is root's; empty where that cannot be done.</summary>
    public string[] Starter { get; private set; } = [];

    /// <summary>Agents can be made to see another time.</summary>
    public bool HasClock => _clock is not null;

    public static async Task<Machine> LookAsync()
    {
        var machine = new Machine();
        if (Environment.IsPrivilegedProcess && Need.OnPath("setpriv"))
        {
            string[] words = ["setpriv", $"--inh-caps={Superpowers}", $"--bounding-set={Superpowers}"];
            if ((await ChildProcess.RunAsync(words[0], [.. words[1..], "true"], AppContext.BaseDirectory)).ExitCode == 0)
                machine.Starter = words;
        }
        if (CompiledLibrary.IsPossible)
            machine._clock = await StepClock.PathAsync();
        return machine;
    }

    /// <summary>For an agent whose clock is to be stepped.</summary>
    public IEnumerable<KeyValuePair<string, string>> ClockOf(ChaosHost host)
    {
        if (_clock is null)
            yield break;
        if (!File.Exists(host.Clock))
            Step(host, TimeSpan.Zero);
        yield return new("LD_PRELOAD", _clock);
        yield return new("STEP_CLOCK", host.Clock);
    }

    /// <summary>From now on the host's clock is so far off.</summary>
    public static void Step(ChaosHost host, TimeSpan by)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, (long)by.TotalSeconds);
        // In place: agents have it mapped.
        using var file = new FileStream(host.Clock, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        file.Write(bytes);
    }

    public void Dispose() => SmallDisk?.Dispose();
}
