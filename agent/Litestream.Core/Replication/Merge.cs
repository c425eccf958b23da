using Litestream.Ltx;
using Litestream.Storage;

namespace Litestream.Replication;

/// <summary>
/// Makes one LTX file of several: of each page the newest frame, its compressed bytes copied (they are decompressed only because the file's
/// checksum covers the page itself). Each input is read forward once, in windows, so memory does not grow with the files; nor with their number.
/// </summary>
internal sealed class Merge
{
    private const int MostWindowBytes = 256 * 1024;
    private const int LeastWindowBytes = 8 * 1024;

    private readonly IReplicaStorage _storage;
    private readonly ChainFile[] _inputs;
    private readonly (byte[] Bytes, long Offset, int Length)[] _windows;

    private readonly int _windowBytes;

    private readonly LtxHeader _first;

    private Merge(IReplicaStorage storage, ChainFile[] inputs, long bufferBytes)
    {
        _storage = storage;
        _windowBytes = (int)Math.Clamp(bufferBytes / inputs.Length, LeastWindowBytes, MostWindowBytes);
        _first = inputs[0].Header;
        // Pages of another size cannot be overlaid: the file that changed it is an image, and nothing before it counts.
        _inputs = inputs[(Array.FindLastIndex(inputs, f => f.Header.PageSize != inputs[^1].Header.PageSize) + 1)..];
        _windows = new (byte[], long, int)[_inputs.Length];
    }

    /// <summary>Writes the merger of <paramref name="files"/> (a chain, oldest first) to <paramref name="output"/>. Answers its header.</summary>
    /// <param name="storage">Where they are.</param>
    /// <param name="files">A chain, oldest first.</param>
    /// <param name="writer">Who makes it.</param>
    /// <param name="output">Takes it.</param>
    /// <param name="bufferBytes">For the windows of all inputs; many inputs have small ones.</param>
    /// <param name="cancellationToken">Ends it between two reads.</param>
    public static async Task<LtxHeader> RunAsync(
        IReplicaStorage storage, IReadOnlyList<LtxFile> files, NodeId writer, Stream output, long bufferBytes, CancellationToken cancellationToken)
    {
        var inputs = new ChainFile[files.Count];
        for (var i = 0; i < inputs.Length; i++)
            inputs[i] = await ChainFile.OpenAsync(storage, files[i], cancellationToken).ConfigureAwait(false);
        CheckChain(inputs);
        return await new Merge(storage, inputs, bufferBytes).WriteAsync(writer, output, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A merger that lacks a transaction of its own range would take the place of those who have it.</summary>
    private static void CheckChain(ChainFile[] inputs)
    {
        for (var i = 1; i < inputs.Length; i++)
        {
            var (before, after) = (inputs[i - 1].Header, inputs[i].Header);
            var isNext = after.MinTxid == before.MaxTxid.Next;
            var isBroken = isNext && before.PageSize == after.PageSize && before.Proof is { } left && after.Proof?.Pre is { } pre && pre != left.Post;
            if (after.MinTxid > before.MaxTxid.Next || isBroken)
                throw new LitestreamException($"{inputs[i].Name} does not continue {inputs[i - 1].Name}: they cannot be merged");
        }
    }

    private async Task<LtxHeader> WriteAsync(NodeId writer, Stream output, CancellationToken cancellationToken)
    {
        var last = _inputs[^1].Header;
        var header = new LtxHeader
        {
            PageSize = last.PageSize,
            Commit = last.Commit,
            MinTxid = _first.MinTxid,
            MaxTxid = last.MaxTxid,
            TimestampMs = last.TimestampMs,
            NodeId = writer.Value,
            // An untagged input may have changed the database in a way that no sum of ours saw.
            Proof = _inputs.All(f => f.Header.Proof is not null)
                ? new(_first.PageSize == last.PageSize ? _first.Proof?.Pre : null, last.Proof!.Value.Post)
                : null,
        };
        var page = new byte[header.PageSize];
        using var encoder = new LtxEncoder(output, header);
        var sum = 0UL;
        var merger = new LtxMerger([.. _inputs.Select(f => new MergeInput(f.Index, f.Header.Commit))], header.PageSize);
        while (merger.TryNext(out var next))
        {
            var frame = await FrameAsync(next, cancellationToken).ConfigureAwait(false);
            WriteFrame(encoder, frame.Span, next, page);
            if (next.Entry.Pgno <= header.Commit)
                sum = unchecked(sum + PageSum.Of(next.Entry.Pgno, page));
        }
        // Frames that decode need not be what was written. Copied into an image, the damage would be in a file that is whole by itself.
        if (header.MinTxid.Value == 1 && header.Proof is { } proof && proof.Post != sum)
            throw new LtxFormatException(_inputs[0].Name, 0, $"pages of the sum {proof.Post:x16} in it and the {_inputs.Length - 1} files behind it", $"{sum:x16}");
        encoder.Finish();
        return header;
    }

    private void WriteFrame(LtxEncoder encoder, ReadOnlySpan<byte> frame, MergedPage next, byte[] page)
    {
        PageFrame.Decode(frame, next.Entry, page, _inputs[next.Input].Name);
        if (PageFrame.TryGetBlock(frame, out var block))
            encoder.WriteCompressed(next.Entry.Pgno, block, page);
        else
            encoder.WritePage(next.Entry.Pgno, page);
    }

    private async ValueTask<ReadOnlyMemory<byte>> FrameAsync(MergedPage next, CancellationToken cancellationToken)
    {
        var (input, entry) = (_inputs[next.Input], next.Entry);
        if (input.Content is { } content)
            return content.AsMemory((int)entry.Offset, entry.SizeBytes);
        var window = _windows[next.Input];
        if (window.Bytes is null || entry.Offset < window.Offset || entry.Offset + entry.SizeBytes > window.Offset + window.Length)
        {
            var bytes = window.Bytes is { } old && old.Length >= entry.SizeBytes ? old : new byte[Math.Max(_windowBytes, entry.SizeBytes)];
            window = (bytes, entry.Offset, (int)Math.Min(bytes.Length, input.File.SizeBytes - entry.Offset));
            await _storage.ReadAsync(input.File, window.Offset, bytes.AsMemory(0, window.Length), cancellationToken).ConfigureAwait(false);
            _windows[next.Input] = window;
        }
        return window.Bytes.AsMemory((int)(entry.Offset - window.Offset), entry.SizeBytes);
    }
}
