package org.lazaruspit.examples.pit.page;

import java.util.ArrayList;
import java.util.List;
import org.lazaruspit.examples.pit.control.CurrentPit;
import org.lazaruspit.examples.pit.control.Response;
import org.lazaruspit.examples.pit.control.Route;
import org.lazaruspit.examples.pit.control.StatusJson;
import org.lazaruspit.pit.PitReport.Overdue;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Routes of the page and its data. */
public final class PageRoutes {

  private PageRoutes() {}

  public static List<Route> of(CurrentPit current, ChangeCounter changes) {
    FleetEvents events =
        new FleetEvents(
            changes, () -> FleetSnapshot.of(current.work().pit()), () -> health(current));
    List<Route> routes = new ArrayList<>(new PageFiles().routes());
    routes.add(
        Route.get(
            "/api/fleet",
            request -> Response.json(FleetJson.full(FleetSnapshot.of(current.work().pit())))));
    routes.add(Route.get("/api/events", request -> events.open()));
    return routes;
  }

  /** Returns the status of the daemon, with overdue missions, tasks and checkpoints. */
  private static ObjectNode health(CurrentPit current) {
    ObjectNode health = StatusJson.of(current);
    ArrayNode overdue = health.putArray("overdue");
    current.work().pit().report().overdue().stream().map(Overdue::describe).forEach(overdue::add);
    return health;
  }
}
