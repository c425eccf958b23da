namespace Litestream.Core.Tests.Storage;

/// <summary>A folder of one test, removed with all in it.</summary>
internal sealed class ScratchFolder : IDisposable
{
    /// <param name="parent">Null: the machine's place for temporary files.</param>
    public ScratchFolder(string? parent = null) =>
        Path = Directory.CreateDirectory(System.IO.Path.Join(parent ?? System.IO.Path.GetTempPath(), $"litestream-test-{Guid.NewGuid():n}")).FullName;

    public string Path { get; }

    /// <summary>A path in it.</summary>
    public string this[string name] => System.IO.Path.Join(Path, name);

    /// <summary>Every file below it, relative, in order.</summary>
    public string[] Files() => [.. Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories)
        .Select(f => System.IO.Path.GetRelativePath(Path, f)).Order(StringComparer.Ordinal)];

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
