using HospitalStreaming.Core.Domain.Events;
using HospitalStreaming.Hosting;
using HospitalStreaming.Kafka.Consuming;
using HospitalStreaming.Kafka.DeadLetters;
using HospitalStreaming.Landing.Waiting;

namespace HospitalStreaming.Landing.Writing;

/// <summary>Dead letters of this role: reason codes and plain words, never values.</summary>
internal static class LandingLetters
{
    /// <summary>The record is no event.</summary>
    public static DeadLetter Of(LogRecord record, EventRejection rejection) =>
        new(RoleNames.Landing, record.Position, rejection.Reason, rejection.Detail, record.Key, record.Value);

    /// <summary>The row it refers to did not come in time.</summary>
    public static DeadLetter ParentMissing(Arrival late, TimeSpan waited) =>
        Of(late, "parent_missing", $"a row of {string.Join(", ", KeyPlan.Parents(late.Event).Select(parent => parent.Table).Distinct())} it refers to did not come within {waited}");

    /// <summary>Rows that refer to the deleted one did not go in time.</summary>
    public static DeadLetter StillReferenced(Arrival deletion) =>
        Of(deletion, "still_referenced", $"the row of {deletion.Event.Table.Name} cannot be deleted while others refer to it");

    /// <summary>The database refused the row.</summary>
    public static DeadLetter Refused(Arrival refused, string sqlState) =>
        Of(refused, "db_refused", $"the database refused the row of {refused.Event.Table.Name} with SQLSTATE {sqlState}");

    private static DeadLetter Of(Arrival arrival, string reason, string detail) =>
        new(RoleNames.Landing, arrival.Position, reason, detail, arrival.Key, arrival.Value);
}
