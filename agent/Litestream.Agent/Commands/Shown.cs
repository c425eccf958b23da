using System.Globalization;

namespace Litestream.Agent.Commands;

/// <summary>Numbers and times as people read them.</summary>
internal static class Shown
{
    /// <summary>Decimal, as the socket says it, and as <c>ltx</c> and <c>restore -txid</c> write it.</summary>
    public static string Txid(ulong txid) => txid == 0 ? "no transaction yet" : string.Create(CultureInfo.InvariantCulture, $"transaction {txid} ({txid:x16})");

    public static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.00} s");

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string Age(TimeSpan age) => age.TotalSeconds switch
    {
        < 2 => "now",
        < 120 => string.Create(CultureInfo.InvariantCulture, $"{age.TotalSeconds:0} s ago"),
        < 7200 => string.Create(CultureInfo.InvariantCulture, $"{age.TotalMinutes:0} min ago"),
        < 172800 => string.Create(CultureInfo.InvariantCulture, $"{age.TotalHours:0} h ago"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{age.TotalDays:0} d ago"),
    };
}
