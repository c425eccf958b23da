using System.Reflection;

namespace Litestream.Cloud;

internal static class ProgramVersion
{
    /// <summary>As in the project file, e.g. <c>0.1.0</c>.</summary>
    public static string Text { get; } =
        (typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0").Split('+')[0];
}
