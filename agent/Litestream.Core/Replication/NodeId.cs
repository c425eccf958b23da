namespace Litestream.Replication;

/// <summary>Who wrote a file: the agent instance (its state directory) and the epoch under which it owns the database. Header bytes 72..79.</summary>
internal readonly record struct NodeId(uint Instance, uint Epoch)
{
    public static NodeId Of(ulong value) => new((uint)(value >> 32), (uint)value);

    /// <summary>The instance; of who does not sign a number that no instance has.</summary>
    public uint Writer => Instance == 0 ? uint.MaxValue : Instance;

    public ulong Value => ((ulong)Instance << 32) | Epoch;
}
