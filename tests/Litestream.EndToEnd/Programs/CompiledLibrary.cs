using Litestream.Tests.Needs;

namespace Litestream.EndToEnd.Programs;

/// <summary>A library of the tests to preload into a program, compiled once per test process.</summary>
internal sealed class CompiledLibrary
{
    private static readonly string[] Compilers = ["cc", "clang", "gcc"];
    private readonly Lazy<Task<string>> _path;

    /// <param name="folder">Of its source, beside the tests.</param>
    /// <param name="name">Of its source, without the extension.</param>
    public CompiledLibrary(string folder, string name) => _path = new(() => CompileAsync(folder, name));

    public static bool IsPossible => Compilers.Any(Need.OnPath);

    public Task<string> PathAsync() => _path.Value;

    private static async Task<string> CompileAsync(string folder, string name)
    {
        var source = Path.Combine(AppContext.BaseDirectory, folder, name + ".c");
        var library = Path.Combine(AppContext.BaseDirectory, $"{name}.{Environment.ProcessId}.so");
        var compiler = Compilers.First(Need.OnPath);
        (await ChildProcess.RunAsync(compiler, ["-shared", "-fPIC", "-O1", "-o", library, source], AppContext.BaseDirectory)).MustSucceed();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => File.Delete(library);
        return library;
    }
}
