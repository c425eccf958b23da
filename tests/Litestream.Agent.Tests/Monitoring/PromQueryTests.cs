namespace Litestream.Agent.Tests.Monitoring;

/// <summary>The reader that judges our dashboard and alerts must itself be able to say no.</summary>
public sealed class PromQueryTests
{
    private static readonly PromSelectors Known = new(MetricSeries.Read(
        """
        # TYPE lag gauge
        lag{db="/a.db",replica="file:///b",status="error"} 1
        # TYPE size gauge
        size{db="/a.db"} 1
        # TYPE errors_total counter
        errors_total{db="/a.db",replica="file:///b"} 1

        """));

    [Theory]
    [InlineData("lag > 300", "db instance job replica status")]
    [InlineData("max by (job, db) (lag{status=\"error\", job=~\"$job\"}) > 3 * 60", "db job")]
    [InlineData("sum(rate(errors_total[$__rate_interval])) by (replica)", "replica")]
    [InlineData("topk(5, lag)", "db instance job replica status")]
    [InlineData("lag unless on (db) size", "db instance job replica status")]
    [InlineData("size / on (db) group_left (x) lag", "db instance job x")]
    [InlineData("up == 0 and on (job, instance) last_over_time(size[1d])", "instance job")]
    [InlineData("time() - size > 5", "db instance job")]
    [InlineData("absent(lag)", "")]
    [InlineData("count(lag) or 0 * sum(up)", "")]
    public void The_labels_of_a_result_are_known(string expression, string labels) =>
        Assert.Equal(labels, string.Join(' ', PromQuery.LabelsOf(expression, Known).Order(StringComparer.Ordinal)));

    [Theory]
    [InlineData("leg", "no agent has a metric leg")]
    [InlineData("lag{tenant=\"x\"}", "lag has no label tenant")]
    [InlineData("lag{status=\"fine\"}", "lag never has status=\"fine\"")]
    [InlineData("lag{status!~\"error|lost\"}", "lag never has status!~")]
    [InlineData("sum by (tenant) (lag)", "sum by (tenant): what it is of has only db, instance")]
    [InlineData("lag and on (tenant) size", "on (tenant): one side of \"and\"")]
    [InlineData("lag and size", "without on (…) they never match")]
    [InlineData("rate(lag[5m])", "rate is of a counter over a time")]
    [InlineData("rate(errors_total)", "rate is of a counter over a time")]
    [InlineData("errors_total[5m]", "a range is no result")]
    [InlineData("predict(lag)", "predict is no function")]
    [InlineData("lag >", "it ends too early")]
    [InlineData("(lag", "\")\" is expected")]
    [InlineData("lag lag", "\"lag\" is not expected there")]
    [InlineData("lag ; size", "not understood")]
    public void What_no_agent_has_is_refused(string expression, string why) =>
        Assert.Contains(why, Assert.Throws<PromQueryException>(() => PromQuery.LabelsOf(expression, Known)).Message, StringComparison.Ordinal);
}
