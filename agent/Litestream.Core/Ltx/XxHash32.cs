using System.Buffers.Binary;
using static System.Numerics.BitOperations;

namespace Litestream.Ltx;

/// <summary>xxHash, 32 bits, seed 0: the checksum inside LZ4 frames. Bytes come in pieces; a mutable value, pass it by reference.</summary>
internal struct XxHash32
{
    private const uint Prime1 = 0x9E3779B1, Prime2 = 0x85EBCA77, Prime3 = 0xC2B2AE3D, Prime4 = 0x27D4EB2F, Prime5 = 0x165667B1;

    private uint _a, _b, _c, _d;
    private ulong _length;
    private Pending _pending;

    public XxHash32() => (_a, _b, _c, _d) = (unchecked(Prime1 + Prime2), Prime2, 0, unchecked(0 - Prime1));

    public static uint Of(ReadOnlySpan<byte> data)
    {
        var hash = new XxHash32();
        hash.Append(data);
        return hash.Finish();
    }

    public void Append(ReadOnlySpan<byte> data)
    {
        var held = (int)(_length % 16);
        _length += (ulong)data.Length;
        if (held > 0)
        {
            var part = Math.Min(16 - held, data.Length);
            data[..part].CopyTo(_pending[held..]);
            data = data[part..];
            if (held + part < 16)
                return;
            Stripe(_pending);
        }
        for (; data.Length >= 16; data = data[16..])
            Stripe(data);
        data.CopyTo(_pending);
    }

    public readonly uint Finish()
    {
        var hash = _length < 16
            ? Prime5
            : RotateLeft(_a, 1) + RotateLeft(_b, 7) + RotateLeft(_c, 12) + RotateLeft(_d, 18);
        hash += (uint)_length;
        ReadOnlySpan<byte> rest = _pending;
        rest = rest[..(int)(_length % 16)];
        for (; rest.Length >= 4; rest = rest[4..])
            hash = RotateLeft(hash + (BinaryPrimitives.ReadUInt32LittleEndian(rest) * Prime3), 17) * Prime4;
        foreach (var value in rest)
            hash = RotateLeft(hash + (value * Prime5), 11) * Prime1;
        hash = (hash ^ (hash >> 15)) * Prime2;
        hash = (hash ^ (hash >> 13)) * Prime3;
        return hash ^ (hash >> 16);
    }

    private void Stripe(ReadOnlySpan<byte> data)
    {
        _a = Round(_a, BinaryPrimitives.ReadUInt32LittleEndian(data));
        _b = Round(_b, BinaryPrimitives.ReadUInt32LittleEndian(data[4..]));
        _c = Round(_c, BinaryPrimitives.ReadUInt32LittleEndian(data[8..]));
        _d = Round(_d, BinaryPrimitives.ReadUInt32LittleEndian(data[12..]));
    }

    private static uint Round(uint lane, uint value) => RotateLeft(lane + (value * Prime2), 13) * Prime1;

    [System.Runtime.CompilerServices.InlineArray(16)]
    private struct Pending
    {
        private byte _first;
    }
}
