using Amazon.CDK.AWS.Logs;

namespace Litestream.Infra.Constructs;

/// <summary>CloudWatch keeps logs for some numbers of days only.</summary>
internal static class LogRetention
{
    private static readonly (int Days, RetentionDays Retention)[] Known =
    [
        (1, RetentionDays.ONE_DAY), (3, RetentionDays.THREE_DAYS), (7, RetentionDays.ONE_WEEK), (14, RetentionDays.TWO_WEEKS), (30, RetentionDays.ONE_MONTH),
        (60, RetentionDays.TWO_MONTHS), (90, RetentionDays.THREE_MONTHS), (180, RetentionDays.SIX_MONTHS), (365, RetentionDays.ONE_YEAR), (731, RetentionDays.TWO_YEARS),
        (1827, RetentionDays.FIVE_YEARS), (3653, RetentionDays.TEN_YEARS),
    ];

    /// <summary>Throws <see cref="SettingsException"/>.</summary>
    public static RetentionDays Of(int days) => Array.Find(Known, k => k.Days == days) is { Days: > 0 } found
        ? found.Retention
        : throw new SettingsException("logDays", $"CloudWatch does not keep logs for {days} days", $"one of {string.Join(", ", Known.Select(k => k.Days))}");
}
