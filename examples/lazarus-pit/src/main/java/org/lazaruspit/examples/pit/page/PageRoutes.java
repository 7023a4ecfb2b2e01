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

/** The page, and what it alone asks for. */
public final class PageRoutes {

  private PageRoutes() {}

  public static List<Route> of(CurrentPit running, ChangeCounter changes) {
    FleetEvents events =
        new FleetEvents(
            changes, () -> FleetSnapshot.of(running.work().pit()), () -> health(running));
    List<Route> routes = new ArrayList<>(new PageFiles().routes());
    routes.add(
        Route.get(
            "/api/fleet",
            request -> Response.json(FleetJson.full(FleetSnapshot.of(running.work().pit())))));
    routes.add(Route.get("/api/events", request -> events.open()));
    return routes;
  }

  /** How the daemon is, with what has taken longer than it was given. */
  private static ObjectNode health(CurrentPit running) {
    ObjectNode health = StatusJson.of(running);
    ArrayNode overdue = health.putArray("overdue");
    running.work().pit().report().overdue().stream().map(Overdue::describe).forEach(overdue::add);
    return health;
  }
}
