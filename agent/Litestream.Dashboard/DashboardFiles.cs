using System.Buffers.Text;
using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;

namespace Litestream.Dashboard;

/// <summary>The files of the dashboard inside an assembly, compressed as they lie there: opened when somebody asks, kept by nobody.</summary>
internal sealed class DashboardFiles(Assembly assembly)
{
    public const string Index = "index.html";

    /// <summary>Relative paths: <c>index.html</c>, <c>assets/…</c>. Empty when the program was built without Node.</summary>
    public IReadOnlyList<string> Names { get; } = [.. assembly.GetManifestResourceNames().Where(name => name == Index || ContentTypes.Of(name) is not null)];

    /// <summary>Gzip.</summary>
    public Stream Open(string name) => assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not in {assembly.GetName().Name}");

    public Stream OpenPlain(string name) => new GZipStream(Open(name), CompressionMode.Decompress);

    /// <summary>Hash of what lies here.</summary>
    public string Tag(string name)
    {
        using var file = Open(name);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(file, hash);
        return $"\"{Base64Url.EncodeToString(hash[..12])}\"";
    }
}
