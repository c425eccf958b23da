namespace Litestream.Core.Tests.Ltx;

/// <summary>Damage as disks, networks and attackers do it.</summary>
internal static class Mutation
{
    /// <summary>A copy with one to three changes: flipped bits, overwritten, removed, inserted, repeated or cut-off bytes.</summary>
    public static byte[] Of(byte[] original, Random random)
    {
        var bytes = (byte[])original.Clone();
        for (var i = random.Next(1, 4); i > 0 && bytes.Length > 0; i--)
            bytes = Once(bytes, random);
        return bytes;
    }

    private static byte[] Once(byte[] bytes, Random random)
    {
        var at = random.Next(bytes.Length);
        var end = Math.Min(bytes.Length, at + random.Next(1, 20));
        switch (random.Next(8))
        {
            case 0 or 1:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 2:
                bytes[at] = (byte)random.Next(256);
                return bytes;
            case 3:
                bytes.AsSpan(at, end - at).Fill((byte)(random.Next(2) * 255));
                return bytes;
            case 4:
                return [.. bytes[..at], .. bytes[end..]];
            case 5:
                return [.. bytes[..at], .. bytes[at..end], .. bytes[at..]];
            case 6:
                return bytes[..at];
            default:
                random.NextBytes(bytes.AsSpan(at, end - at));
                return bytes;
        }
    }
}
