using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Litestream;

/// <summary>
/// Which machine this is, as a number: of the id that its first start drew (<c>machine-id(5)</c>), of which nothing can be told from it. A copy of a machine gets another id
/// with its first start, and a container may have none, or that of its image: then nothing is known.
/// </summary>
internal static class MachineId
{
    public const string DefaultFile = "/etc/machine-id";

    private const int Digits = 32;

    /// <summary>Null: there is none that means anything.</summary>
    public static long? Read(string file)
    {
        try
        {
            var text = File.Exists(file) ? File.ReadAllText(file).Trim() : "";
            return text.Length == Digits && text.All(char.IsAsciiHexDigit) && text.Any(c => c != '0')
                ? BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.ASCII.GetBytes("litestream " + text.ToLowerInvariant())))
                : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
