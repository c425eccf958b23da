using System.Runtime.InteropServices;
using Litestream.EndToEnd.Needs;

namespace Litestream.EndToEnd.Library;

/// <summary>The same application as one native program: nothing of the library needs what the trimmer takes away.</summary>
public sealed class LibraryAheadOfTimeTests : IDisposable
{
    private readonly LibraryTests _same = new();

    public void Dispose() => _same.Dispose();

    [NeedsCompiler]
    public async Task The_sample_lives_the_same_life_as_a_native_program()
    {
        var published = await _same.PublishAsync("net9.0", "-r", RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "linux-arm64" : "linux-x64", "-p:PublishAot=true");
        Assert.False(File.Exists(Path.Combine(published, "Embedded.dll")), "a native program has no assembly");
        await _same.LiveAsync(published);
    }
}
