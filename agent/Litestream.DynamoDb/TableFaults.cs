using System.Net;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;

namespace Litestream.DynamoDb;

/// <summary>The one place where what the SDK throws becomes ours: on answers that are none of DynamoDB it throws anything.</summary>
internal static class TableFaults
{
    public static FleetTableException Of(Exception error, string table) => error switch
    {
        FleetTableException ours => ours,
        ConditionalCheckFailedException refused => new(TableFault.Refused, "refused: its condition does not hold", refused)
        {
            Found = refused.Item is { Count: > 0 } item ? DynamoDbItems.Read(item) : null,
        },
        ProvisionedThroughputExceededException or RequestLimitExceededException or ThrottlingException => new(TableFault.Throttled, $"table {table} asks for less: {Said(error)}", error),
        ResourceNotFoundException => new(TableFault.NoTable, $"there is no table {table} in this region: {Said(error)}", error),
        AmazonDynamoDBException { ErrorCode: "ThrottlingException" or "SlowDown" } => new(TableFault.Throttled, $"table {table} asks for less: {Said(error)}", error),
        AmazonDynamoDBException { StatusCode: HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized }
            or AmazonDynamoDBException { ErrorCode: "AccessDeniedException" or "UnrecognizedClientException" or "ExpiredTokenException" or "InvalidSignatureException" or "MissingAuthenticationToken" } =>
            new(TableFault.Denied, $"table {table} may not be used with these credentials: {Said(error)}", error),
        AmazonDynamoDBException { StatusCode: HttpStatusCode.BadRequest } => new(TableFault.Invalid, $"table {table} does not understand: {Said(error)}", error),
        AmazonServiceException service => new(TableFault.Unreachable, $"table {table} fails: {Said(service)}", error),
        AmazonClientException client when client.Message.Contains("redentials", StringComparison.Ordinal) => new(TableFault.Denied, $"no credentials for table {table}: {Said(client)}", error),
        OperationCanceledException => new(TableFault.Unreachable, $"table {table} did not answer in time", error),
        _ => new(TableFault.Unreachable, $"table {table} does not answer: {Said(error)}", error),
    };

    private static string Said(Exception error) => (error.InnerException is HttpRequestException inner ? inner.Message : error.Message).ReplaceLineEndings(" ");
}
