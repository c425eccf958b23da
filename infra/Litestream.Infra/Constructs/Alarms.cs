using Amazon.CDK;
using Amazon.CDK.AWS.CloudWatch;
using Amazon.CDK.AWS.CloudWatch.Actions;
using Amazon.CDK.AWS.IAM;
using Amazon.CDK.AWS.SNS;
using Amazon.CDK.AWS.SNS.Subscriptions;
using Constructs;
using Litestream.Fleet;

namespace Litestream.Infra.Constructs;

/// <summary>
/// Who is told when something is wrong: with the fleet, as the worker counts it each time, and with what stands here. A worker that says nothing any more is
/// an alarm as well.
/// </summary>
internal sealed class Alarms : Construct
{
    private readonly SnsAction _action;

    public Alarms(Construct scope, Settings settings, FleetTable table, FleetApi api, Worker worker) : base(scope, "Alarms")
    {
        var ofThisAccount = new Dictionary<string, object> { ["StringEquals"] = new Dictionary<string, object> { ["aws:SourceAccount"] = Stack.Of(this).Account } };
        // The key that SNS has by itself lets no alarm in.
        var key = FleetKey.Create(this, "Notices of alarms", new PolicyStatement(new PolicyStatementProps
        {
            Sid = "AlarmsEncrypt",
            Principals = [new ServicePrincipal("cloudwatch.amazonaws.com")],
            Actions = ["kms:Decrypt", "kms:GenerateDataKey"],
            Resources = ["*"], // in a key's policy: this key
            Conditions = ofThisAccount,
        }));
        Topic = new(this, "Topic", new TopicProps { DisplayName = $"Litestream fleet {settings.Stage}", EnforceSSL = true, MasterKey = key });
        Topic.AddToResourcePolicy(new PolicyStatement(new PolicyStatementProps
        {
            Sid = "AlarmsOfThisAccount",
            Principals = [new ServicePrincipal("cloudwatch.amazonaws.com")],
            Actions = ["sns:Publish"],
            Resources = [Topic.TopicArn],
            Conditions = ofThisAccount,
        }));
        if (settings.AlarmEmail is { } email)
            Topic.AddSubscription(new EmailSubscription(email));
        _action = new(Topic);
        Fleet(FleetMetricNames.LostHosts, "Hosts are lost: not heard of for ten intervals", table);
        Fleet(FleetMetricNames.BreachingTenants, "Tenants are further behind than their objective allows", table);
        Fleet(FleetMetricNames.SplitBrainTenants, "Two hosts write one tenant: one of them stopped", table);
        Fleet(FleetMetricNames.FailedDrills, "The newest drill of a tenant failed: its backup is not proven", table);
        Fleet(FleetMetricNames.UnprovenTenants, "Tenants were not proven for longer than they should be", table);
        foreach (var operation in (string[])["GetItem", "Query", "UpdateItem"])
            Alarm($"Throttled{operation}", $"The table refuses {operation} for load", table.Table.Metric("ThrottledRequests", Sum("Operation", operation)), 1);
        Alarm("ApiErrors", "The API answers 5xx", api.Api.MetricServerError(new MetricOptions { Period = Duration.Minutes(5), Statistic = "Sum" }), 1);
        Alarm("ApiThrottled", "Lambda refuses calls of the API", api.Function.Function.MetricThrottles(new MetricOptions { Period = Duration.Minutes(5) }), 1);
        Alarm("WorkerErrors", "The worker ends in errors", worker.Function.Function.MetricErrors(new MetricOptions { Period = Duration.Minutes(15) }), 1);
        Alarm("WorkerSilent", "The worker was not begun for half an hour", worker.Function.Function.MetricInvocations(new MetricOptions { Period = Duration.Minutes(30) }), 1, silence: TreatMissingData.BREACHING);

        MetricOptions Sum(string dimension, string value) => new()
        {
            Period = Duration.Minutes(5),
            Statistic = "Sum",
            DimensionsMap = new Dictionary<string, string> { ["TableName"] = table.Table.TableName, [dimension] = value },
        };
    }

    public Topic Topic { get; }

    private void Fleet(string name, string meaning, FleetTable table) => Alarm(name, meaning, new Metric(new MetricProps
    {
        Namespace = FleetMetricNames.Namespace,
        MetricName = name,
        DimensionsMap = new Dictionary<string, string> { [FleetMetricNames.Table] = table.Table.TableName },
        Statistic = "Maximum",
        Period = Duration.Minutes(5),
    }), 1, silence: TreatMissingData.IGNORE); // a round that fails counts nothing, which is no sign that all is well again

    private void Alarm(string id, string meaning, IMetric metric, double threshold, TreatMissingData silence = TreatMissingData.NOT_BREACHING)
    {
        var alarm = new Alarm(this, id, new AlarmProps
        {
            AlarmDescription = $"{meaning}.",
            Metric = metric,
            Threshold = threshold,
            EvaluationPeriods = 1,
            ComparisonOperator = silence == TreatMissingData.BREACHING ? ComparisonOperator.LESS_THAN_THRESHOLD : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            TreatMissingData = silence,
        });
        alarm.AddAlarmAction(_action);
        alarm.AddOkAction(_action);
    }
}
