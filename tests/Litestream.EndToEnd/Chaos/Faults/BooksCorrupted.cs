namespace Litestream.EndToEnd.Chaos.Faults;

/// <summary>What an agent keeps for itself is damaged, cut, emptied or gone when it starts again.</summary>
internal sealed class BooksCorrupted() : Fault("books corrupted", weight: 1)
{
    public override async Task StrikeAsync(ChaosSite site, ChaosHost host, Random random)
    {
        await host.KillAsync();
        var files = Directory.GetFiles(host.State, "*", SearchOption.AllDirectories).Where(IsKept).Order(StringComparer.Ordinal).ToList();
        for (var spoiled = random.Next(1, 6); spoiled > 0 && files.Count > 0; spoiled--)
        {
            var at = random.Next(files.Count);
            Spoil(files[at], random);
            files.RemoveAt(at);
        }
        if (random.Next(8) == 0)
            Empty(host.State);
        await host.StartAsync();
    }

    /// <summary>Not the socket that a killed agent leaves, nor what fills its disk.</summary>
    private static bool IsKept(string path) => Path.GetExtension(path) != ".sock" && !Path.GetFileName(path).StartsWith("ballast", StringComparison.Ordinal);

    private static void Spoil(string path, Random random)
    {
        var bytes = File.ReadAllBytes(path);
        switch (random.Next(4))
        {
            case 0:
                File.Delete(path);
                break;
            case 1:
                File.WriteAllBytes(path, bytes[..random.Next(bytes.Length + 1)]);
                break;
            case 2:
                File.WriteAllBytes(path, new byte[bytes.Length]);
                break;
            default:
                for (var bit = 0; bit < 8 && bytes.Length > 0; bit++)
                    bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                File.WriteAllBytes(path, bytes);
                break;
        }
    }

    /// <summary>The directory itself stays: it may be where a disk is mounted.</summary>
    private static void Empty(string folder)
    {
        foreach (var entry in new DirectoryInfo(folder).GetFileSystemInfos())
        {
            if (entry is DirectoryInfo directory)
                directory.Delete(recursive: true);
            else
                entry.Delete();
        }
    }
}
