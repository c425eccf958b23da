using System.Buffers.Binary;
using System.Buffers.Text;
using Amazon.CDK.AWS.Lambda;

namespace Litestream.Infra;

/// <summary>What <c>make cloud</c> leaves: a folder with the native program, called as Lambda calls a custom runtime's. It must be made for the function's processor.</summary>
internal sealed record FunctionProgram(string Folder, Architecture Architecture)
{
    private const string Name = "bootstrap";
    private const int MachineAt = 18;
    private const int MachineEnd = 20;

    /// <summary>glibc 2.34, of <c>provided.al2023</c>.</summary>
    private const int LambdaLibc = 34;

    private static ReadOnlySpan<byte> LibcVersion => "\0GLIBC_2."u8;

    private static ReadOnlySpan<byte> Elf => [0x7f, (byte)'E', (byte)'L', (byte)'F'];

    /// <summary>Throws <see cref="SettingsException"/>.</summary>
    public static FunctionProgram In(string folder, Architecture architecture)
    {
        var path = Path.Combine(folder, Name);
        if (!File.Exists(path))
            throw new SettingsException("program", $"there is no {Name} in {folder}", "`make cloud` makes it, or name its folder by -c program=PATH");
        var made = MachineOf(path) ?? throw new SettingsException("program", $"{path} is no program for Linux on x64 or arm64", "`make cloud` makes one");
        if (NewestLibc(path) is > LambdaLibc and var minor)
            throw new SettingsException("program", $"{path} was linked against a C library 2.{minor}, and the functions run on Amazon Linux 2023, which has 2.{LambdaLibc}", "build it on an older system, such as Debian 12 or Amazon Linux 2023");
        return made == architecture.Name
            ? new(folder, architecture)
            : throw new SettingsException("architecture", $"{path} is made for {made}, and the function is to run on {architecture.Name}",
                "build it on such a machine, or give -c architecture=x64 or arm64 as it is");
    }

    /// <summary>The highest version of a symbol that it needs: names in its table of strings. 0 when it needs none.</summary>
    private static int NewestLibc(string path)
    {
        var newest = 0;
        for (ReadOnlySpan<byte> rest = File.ReadAllBytes(path); rest.IndexOf(LibcVersion) is >= 0 and var at;)
        {
            rest = rest[(at + LibcVersion.Length)..];
            if (Utf8Parser.TryParse(rest, out int minor, out _))
                newest = Math.Max(newest, minor);
        }
        return newest;
    }

    private static string? MachineOf(string path)
    {
        Span<byte> header = stackalloc byte[MachineEnd];
        using var file = File.OpenRead(path);
        if (file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length || !header.StartsWith(Elf))
            return null;
        return BinaryPrimitives.ReadUInt16LittleEndian(header[MachineAt..]) switch
        {
            0x3e => Architecture.X86_64.Name,
            0xb7 => Architecture.ARM_64.Name,
            _ => null,
        };
    }
}
